// SPDX-License-Identifier: MIT
#include "vrrp/proc_connector.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hawser {
namespace {

// 0, or errno.
int subscribe(int fd) {
  const proc_cn_mcast_op operation = PROC_CN_MCAST_LISTEN;
  alignas(nlmsghdr) char request[NLMSG_SPACE(sizeof(cn_msg) + sizeof operation)] = {};
  auto* header = reinterpret_cast<nlmsghdr*>(request);
  header->nlmsg_len = NLMSG_LENGTH(sizeof(cn_msg) + sizeof operation);
  header->nlmsg_type = NLMSG_DONE;
  header->nlmsg_pid = static_cast<uint32_t>(getpid());
  auto* message = static_cast<cn_msg*>(NLMSG_DATA(header));
  message->id.idx = CN_IDX_PROC;
  message->id.val = CN_VAL_PROC;
  message->len = sizeof operation;
  memcpy(message->data, &operation, sizeof operation);
  return send(fd, request, header->nlmsg_len, 0) < 0 ? errno : 0;
}

void deliver(const proc_event& event, const ProcConnector::Events& events) {
  switch (event.what) {
    case proc_event::PROC_EVENT_FORK:
      // A new thread is no new process.
      if (event.event_data.fork.child_pid == event.event_data.fork.child_tgid) {
        events.changed(event.event_data.fork.child_tgid);
      }
      return;
    case proc_event::PROC_EVENT_EXEC:
      return events.changed(event.event_data.exec.process_tgid);
    case proc_event::PROC_EVENT_COMM:
      return events.changed(event.event_data.comm.process_tgid);
    case proc_event::PROC_EVENT_EXIT:
      if (event.event_data.exit.process_pid == event.event_data.exit.process_tgid) {
        events.ended(event.event_data.exit.process_tgid);
      }
      return;
    default:
      return;
  }
}

}  // namespace

Result<std::unique_ptr<ProcConnector>> ProcConnector::open(Loop& loop, Events events) {
  Fd fd(socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR));
  if (!fd) return errno_error("no proc connector", errno);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = CN_IDX_PROC;
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return errno_error("no proc connector", errno);
  }
  if (const int error = subscribe(fd.get()); error != 0) {
    return errno_error("no proc connector", error);
  }
  return std::unique_ptr<ProcConnector>(new ProcConnector(loop, std::move(fd), std::move(events)));
}

ProcConnector::ProcConnector(Loop& loop, Fd fd, Events events)
    : fd_(std::move(fd)),
      events_(std::move(events)),
      watch_(loop, fd_.get(), FdWatch::kRead, [this](int) { receive(); }) {}

void ProcConnector::receive() {
  alignas(nlmsghdr) char buffer[8192];
  // Bounded: where processes come and go without end, others want their turn as well.
  for (int i = 0; i < 64; ++i) {
    sockaddr_nl from{};
    socklen_t from_length = sizeof from;
    const ssize_t got = recvfrom(fd_.get(), buffer, sizeof buffer, 0,
                                 reinterpret_cast<sockaddr*>(&from), &from_length);
    if (got < 0 && errno == ENOBUFS) {
      events_.lost();
      continue;
    }
    if (got <= 0) return;
    if (from.nl_pid != 0) continue;  // not the kernel
    auto left = static_cast<unsigned>(got);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type != NLMSG_DONE ||
          header->nlmsg_len < NLMSG_LENGTH(sizeof(cn_msg) + sizeof(proc_event))) {
        continue;
      }
      const auto* message = static_cast<const cn_msg*>(NLMSG_DATA(header));
      if (message->id.idx != CN_IDX_PROC) continue;
      proc_event event;
      memcpy(&event, message->data, sizeof event);
      deliver(event, events_);
    }
  }
}

}  // namespace hawser
