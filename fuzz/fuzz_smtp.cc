// SPDX-License-Identifier: MIT
// What a mail server may say to the SMTP client: the first byte says into how large pieces it is
// cut.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "vrrp/smtp_dialog.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using hawser::SmtpDialog;
  if (size == 0) return 0;
  const size_t piece = std::max<size_t>(data[0], 1);
  std::string_view said(reinterpret_cast<const char*>(data + 1), size - 1);
  const hawser::Mail mail{"lb1", "hawser@lb1", {"a@example.com", "b@example.com"}, "S: x\n\n.b\n"};
  SmtpDialog dialog(mail);
  std::string out;
  SmtpDialog::Progress progress = SmtpDialog::Progress::kGoesOn;
  while (!said.empty() && progress == SmtpDialog::Progress::kGoesOn) {
    const size_t before = out.size();
    const std::string_view part = said.substr(0, piece);
    said.remove_prefix(part.size());
    progress = dialog.received(part, out);
    // A server cannot make us say more than a conversation has.
    HW_ASSERT(out.size() <= 300);
    HW_ASSERT(out.size() == before || out.ends_with("\r\n"));
  }
  if (progress == SmtpDialog::Progress::kGoesOn) progress = dialog.closed();
  const bool sent = progress == SmtpDialog::Progress::kSent;
  HW_ASSERT(sent == out.ends_with("\r\n.\r\nQUIT\r\n"));
  HW_ASSERT(sent != (progress == SmtpDialog::Progress::kFailed));
  HW_ASSERT(sent || !dialog.problem().empty());
  return 0;
}
