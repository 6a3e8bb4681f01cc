// SPDX-License-Identifier: MIT
// Drops what is sent to addresses of this machine, by nf_tables in the kernel, and leaves alone
// what neighbours ask to find them: ARP, which no filter of IP sees, and neighbour discovery.
#pragma once

#include <string>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace hawser {

struct DropFilter {
  std::string table;  // a table of nf_tables (family inet) of its own; its name is shown by `nft`
  std::vector<Address> addresses;  // of either family
  std::string interface;           // on which link-local addresses are meant
};

// Takes the place of a filter of the same name, in one step: there is no moment without one.
Result<> put_drop_filter(const DropFilter& filter);
// Puts it in place only where somebody has removed it; false: it is there.
Result<bool> restore_drop_filter(const DropFilter& filter);
// One that is not there is removed.
Result<> remove_drop_filter(const std::string& table);

}  // namespace hawser
