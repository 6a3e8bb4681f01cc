// SPDX-License-Identifier: MIT
// A kernel in the hands of a test: it has answered before it is asked, as the real one has when
// sendmsg(2) returns.
#include "netlink/socket.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/testing.h"

using namespace hawser;

namespace {

constexpr uint16_t kEntry = RTM_NEWADDR;

template <class T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string message(uint16_t type, uint32_t sequence, const std::string& payload, int flags = 0) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(payload.size()));
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<uint16_t>(flags);
  header.nlmsg_seq = sequence;
  std::string out = bytes_of(header) + payload;
  out.resize(NLMSG_ALIGN(out.size()));
  return out;
}

std::string words(const std::string& text) {
  nlattr header{};
  header.nla_len = static_cast<uint16_t>(NLA_HDRLEN + text.size() + 1);
  header.nla_type = NLMSGERR_ATTR_MSG;
  std::string out = bytes_of(header) + text + '\0';
  out.resize(NLA_ALIGN(out.size()));
  return out;
}

// `repeated`: what follows the header of the refused request.
std::string verdict(uint32_t sequence, int code, const std::string& said = "", int flags = 0,
                    const std::string& repeated = "") {
  nlmsgerr error{};
  error.error = -code;
  error.msg.nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(repeated.size()));
  return message(NLMSG_ERROR, sequence,
                 bytes_of(error) + repeated + (said.empty() ? "" : words(said)),
                 flags | (said.empty() ? 0 : NLM_F_ACK_TLVS));
}

std::string entry(uint32_t sequence, char name, int flags = 0) {
  return message(kEntry, sequence, std::string(4, name), flags | NLM_F_MULTI);
}

std::string end(uint32_t sequence, int code = 0, int flags = 0, const std::string& said = "") {
  return message(NLMSG_DONE, sequence, bytes_of(-code) + (said.empty() ? "" : words(said)),
                 flags | (said.empty() ? 0 : NLM_F_ACK_TLVS));
}

class Kernel {
 public:
  Kernel() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    ours_.reset(ends[0]);
    socket_ = std::make_unique<NetlinkSocket>(Fd(ends[1]), Millis(20));
  }
  Kernel& says(const std::string& datagram) {
    REQUIRE(::send(ours_.get(), datagram.data(), datagram.size(), 0) ==
            static_cast<ssize_t>(datagram.size()));
    return *this;
  }
  NetlinkSocket::Answer answer() {
    nlmsghdr request{};
    request.nlmsg_len = NLMSG_HDRLEN;
    return socket_->request(request);
  }
  // The names of the listed entries, or why there is no list.
  std::string list() {
    nlmsghdr request{};
    request.nlmsg_len = NLMSG_HDRLEN;
    std::string names;
    const auto answer = socket_->dump(request, [&names](const nlmsghdr& found) {
      names += *static_cast<const char*>(NLMSG_DATA(&found));
    });
    return answer.code == 0 ? names : answer.error("cannot list").text;
  }
  nlmsghdr heard() {
    nlmsghdr request{};
    CHECK(::recv(ours_.get(), &request, sizeof request, MSG_DONTWAIT) == sizeof request);
    return request;
  }

 private:
  Fd ours_;
  std::unique_ptr<NetlinkSocket> socket_;
};

}  // namespace

TEST_CASE("a netlink request asks for an answer under a number of its own") {
  Kernel kernel;
  kernel.says(verdict(1, 0)).says(verdict(2, 0));
  for (uint32_t number : {1u, 2u}) {
    CHECK(kernel.answer().code == 0);
    const nlmsghdr heard = kernel.heard();
    CHECK(heard.nlmsg_seq == number);
    CHECK(heard.nlmsg_flags == (NLM_F_REQUEST | NLM_F_ACK));
  }
}

TEST_CASE("what is left of an earlier netlink request is passed over") {
  Kernel kernel;
  kernel.says(verdict(9, EPERM)).says(entry(7, 'x') + end(7)).says(verdict(1, EEXIST));
  CHECK(kernel.answer().code == EEXIST);
}

TEST_CASE("a refusal carries the kernel's own words") {
  const std::string text = "cannot do it: Invalid argument (Wrong prefix)";
  CHECK(Kernel()
            .says(verdict(1, EINVAL, "Wrong prefix", NLM_F_CAPPED))
            .answer()
            .error("cannot do it")
            .text == text);
  // The request lies between the errno and the words.
  CHECK(Kernel()
            .says(verdict(1, EINVAL, "Wrong prefix", 0, "12345678"))
            .answer()
            .error("cannot do it")
            .text == text);
  CHECK(Kernel().says(verdict(1, EINVAL)).answer().error("cannot do it").text ==
        "cannot do it: Invalid argument");
}

TEST_CASE("a kernel that does not answer is not waited for without end") {
  CHECK(Kernel().answer().error("cannot do it").text ==
        "cannot do it: Connection timed out (the kernel does not answer)");
  CHECK(Kernel().says(entry(1, 'a')).list() ==
        "cannot list: Connection timed out (the kernel does not answer)");
}

TEST_CASE("an answer that is cut off is not taken for one") {
  const std::string whole = verdict(1, EPERM);
  CHECK(Kernel().says(whole.substr(0, whole.size() - 1)).answer().code == ETIMEDOUT);
  CHECK(Kernel().says(message(NLMSG_ERROR, 1, "1234")).answer().code == EPROTO);
  CHECK(Kernel().says(std::string(70'000, '\0')).answer().code == EMSGSIZE);
}

TEST_CASE("a list comes in many messages and datagrams") {
  Kernel kernel;
  kernel.says(entry(1, 'a') + entry(1, 'b')).says(entry(1, 'c')).says(end(1));
  CHECK(kernel.list() == "abc");
  CHECK(kernel.heard().nlmsg_flags == (NLM_F_REQUEST | NLM_F_DUMP));
  kernel.says(entry(2, 'd') + end(2));
  CHECK(kernel.list() == "d");
  kernel.says(end(3));
  CHECK(kernel.list() == "");
}

TEST_CASE("a list that changed while it was read is read again, and told once") {
  Kernel kernel;
  SECTION("as an entry says") {
    kernel.says(entry(1, 'a') + entry(1, 'b', NLM_F_DUMP_INTR)).says(end(1));
  }
  SECTION("as its end says") { kernel.says(entry(1, 'a')).says(end(1, 0, NLM_F_DUMP_INTR)); }
  kernel.says(entry(2, 'a') + entry(2, 'b') + entry(2, 'c') + end(2));
  CHECK(kernel.list() == "abc");
}

TEST_CASE("a list that never holds still is given up, and nothing of it is told") {
  Kernel kernel;
  for (uint32_t reading = 1; reading <= 16; ++reading) {
    kernel.says(entry(reading, 'a', NLM_F_DUMP_INTR) + end(reading));
  }
  CHECK(kernel.list() ==
        "cannot list: Resource temporarily unavailable (the list changes faster than it can be "
        "read)");
}

TEST_CASE("a list that the kernel refuses or breaks off is an error") {
  CHECK(Kernel().says(verdict(1, EPERM)).list() == "cannot list: Operation not permitted");
  CHECK(Kernel().says(entry(1, 'a') + end(1, EINVAL, 0, "Unknown filter")).list() ==
        "cannot list: Invalid argument (Unknown filter)");
}
