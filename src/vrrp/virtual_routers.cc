// SPDX-License-Identifier: MIT
#include "vrrp/virtual_routers.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "vrrp/accept_mode.h"

namespace hawser::vrrp {
namespace {

// Adverts that are due within this time leave in one turn: a turn costs more than an advert does.
constexpr int64_t kTogetherNs = 1'000'000;

// A predecessor ends at once; how often, and for how long, a successor looks whether it has.
constexpr int64_t kClearAgainNs = 200'000'000, kPredecessorEndsNs = 60'000'000'000;

constexpr int64_t in_ns(Millis time) { return std::chrono::nanoseconds(time).count(); }

// IPv4 packets come with their header, IPv6 ones without.
std::optional<Datagram> read(const ReceivedPacket& packet) {
  if (packet.path->family() == AF_INET) return read_ipv4(packet.bytes);
  return Datagram{.source = packet.source,
                  .destination = packet.destination,
                  .protocol = packet.path->protocol,
                  .ttl = packet.ttl,
                  .ip_header = {},
                  .payload = packet.bytes};
}

int64_t since_boot_ns() {
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

Result<std::unique_ptr<VirtualRouters>> VirtualRouters::open(Loop& loop, const Config& config,
                                                             Shared& shared) {
  std::unique_ptr<VirtualRouters> routers(new VirtualRouters(loop, config, shared));
  if (const auto opened = routers->open_sockets(); !opened) return opened.error();
  return routers;
}

VirtualRouters::VirtualRouters(Loop& loop, const Config& config, Shared& shared)
    : loop_(loop),
      config_(config),
      shared_(shared),
      events_(shared),
      proxy_(shared, config.global.hung_worker_timeout),
      speakers_(shared),
      transport_(loop, [this](const ReceivedPacket& packet) { receive(packet); }),
      deadline_(loop, [this] { tick(); }) {}

Result<> VirtualRouters::open_sockets() {
  auto kernel = Rtnl::open();
  if (!kernel) return kernel.error();
  kernel_ = std::move(kernel).value();
  bases_ = std::make_unique<BaseInterfaces>(*kernel_);
  auto announcer = Announcer::open(loop_);
  if (!announcer) return announcer.error();
  announcer_ = std::move(announcer).value();
  // What changed is looked at once a turn, however many addresses come and go in it.
  const auto look_soon = [this] {
    links_changed_ = true;
    deadline_.set(1);
  };
  const auto reopen = [this, look_soon](const Link& link, uint32_t index) {
    if (const auto reopened = transport_.interface_changed(link.name, index); !reopened) {
      HW_WARN("{}", reopened.error().text);
    }
    look_soon();
  };
  auto monitor = NetMonitor::open(
      loop_, {.link_changed = [reopen](const Link& link) { reopen(link, link.index); },
              .link_gone = [reopen](const Link& link) { reopen(link, 0); },
              .address_added = [look_soon](const LinkAddress&) { look_soon(); },
              .address_gone =
                  [this, look_soon](const LinkAddress& gone) {
                    for (const auto& instance : instances_) instance->address_gone(gone);
                    look_soon();
                  }});
  if (!monitor) return monitor.error();
  monitor_ = std::move(monitor).value();
  around_ = std::make_unique<Surroundings>(Surroundings{config_, shared_, events_, transport_,
                                                        *kernel_, *bases_, *announcer_, *monitor_});
  return open_arbiters();
}

// Where an address is to take no traffic.
Result<> VirtualRouters::watch_filters() {
  const bool any = std::any_of(
      config_.vrrp_instances.begin(), config_.vrrp_instances.end(),
      [this](const auto& each) { return !takes_traffic(*config_.vrrps[each.section]); });
  if (!any) return {};
  auto watch = FilterWatch::open(loop_, [this] {
    if (stopped_) return;
    for (const auto& instance : instances_) instance->look_at_filter();
  });
  if (!watch) return watch.error();
  filters_ = std::move(watch).value();
  return {};
}

Result<> VirtualRouters::start(const std::string& predecessor) {
  const int64_t began_ns = monotonic_ns();
  clear_until_ns_ = predecessor.empty() ? began_ns : began_ns + kPredecessorEndsNs;
  clear_leftovers(began_ns);
  const size_t count = config_.vrrp_instances.size();
  const std::vector<InstanceState> predecessors = import_instances(predecessor);
  uint32_t groups = 0;
  for (uint32_t i = 0; i < count; ++i) {
    auto made = Instance::make(*around_, i, state_of(predecessors, Instance::key_of(config_, i)));
    if (!made) return made.error();
    instances_.push_back(std::move(made).value());
    of_vrid_[instances_.back()->section().vrid].push_back(instances_.back().get());
    all_.push_back(instances_.back().get());
    const uint32_t sync = config_.vrrp_instances[i].sync;
    if (sync != kNoIndex) groups = std::max(groups, sync + 1);
  }
  if (const auto watched = watch_filters(); !watched) HW_WARN("{}", watched.error().text);
  groups_.resize(groups);
  for (const auto& instance : instances_) {
    if (instance->config().sync != kNoIndex) {
      groups_[instance->config().sync].push_back(instance.get());
    }
  }
  const int64_t now_ns = monotonic_ns();
  const VrrpProcessConfig& process = config_.vrrp_process;
  const int64_t after_boot_ns =
      now_ns + std::max<int64_t>(0, in_ns(process.delay_after_boot) - since_boot_ns());
  const int64_t hold_until_ns = std::max(now_ns + in_ns(process.startup_delay), after_boot_ns);
  look();
  for (const auto& instance : instances_) {
    instance->start(now_ns, hold_until_ns > now_ns ? hold_until_ns : 0);
  }
  for (const auto& arbiter : arbiters_) {
    if (arbiter) arbiter->start();
  }
  tick();
  return {};
}

// What a predecessor had and we do not is left over when it has ended.
void VirtualRouters::clear_leftovers(int64_t now_ns) {
  if (!presence_.is_alone()) {
    clear_ns_ = now_ns < clear_until_ns_ ? now_ns + kClearAgainNs : INT64_MAX;
    return;
  }
  clear_ns_ = INT64_MAX;
  if (const auto removed = remove_leftovers(*kernel_, *bases_, config_); !removed) {
    HW_WARN("vrrp: of what a killed process left behind: {}", removed.error().text);
  }
  // A route that differs from one of those in its gateway could not be added beside it.
  for (const auto& instance : instances_) instance->hold_again();
}

std::string VirtualRouters::claims_of(const Config& config) {
  std::string claims;
  for (uint32_t i = 0; i < config.vrrp_instances.size(); ++i) {
    const InstanceClaim claim{.key = Instance::key_of(config, i)};
    claims.append(reinterpret_cast<const char*>(&claim), sizeof claim);
  }
  return claims;
}

std::string VirtualRouters::export_state(std::string_view claims) {
  stopped_ = true;
  deadline_.set(INT64_MAX);
  std::vector<Instance*> claimed, unclaimed;
  for (Instance* instance : all_) {
    (is_claimed(instance->key(), claims) ? claimed : unclaimed).push_back(instance);
  }
  resign(unclaimed);
  std::string out;
  for (Instance* instance : claimed) {
    const InstanceState state = instance->hand_over();
    const auto bytes = vrrp::export_state(state);
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return out;
}

void VirtualRouters::tick() {
  if (stopped_) return;
  run_timers();
  if (left_) return go_on_leaving();
  if (std::exchange(links_changed_, false)) {
    for (const auto& instance : instances_) {
      instance->look_at_links(monotonic_ns());
      note_due(*instance);
      run_timers();
    }
  }
  if (monotonic_ns() >= look_ns_) look();
  settle_groups(monotonic_ns());
  arm();
}

// A master's advert may leave before its time, which goes on in its beat nevertheless; a backup
// never wakes before its own.
void VirtualRouters::run_timers() {
  int64_t now_ns = monotonic_ns();
  if (now_ns < timers_due_ns_) return;
  timers_due_ns_ = INT64_MAX;
  for (const auto& instance : instances_) {
    const bool is_master = instance->state().role == VrrpState::kMaster;
    const int64_t due_ns = instance->due_ns();
    if (due_ns <= (is_master ? now_ns + kTogetherNs : now_ns)) {
      instance->timer(std::max(now_ns, due_ns));
      now_ns = monotonic_ns();
    }
    note_due(*instance);
  }
}

// Something may have set a timer of this instance.
void VirtualRouters::note_due(const Instance& instance) {
  timers_due_ns_ = std::min(timers_due_ns_, instance.due_ns());
}

// A timer that was put off since it was noted costs a turn in which nothing is due: fewer than a
// look at all of them in every turn.
void VirtualRouters::arm() { deadline_.set(std::min(look_ns_, timers_due_ns_)); }

void VirtualRouters::receive(const ReceivedPacket& packet) {
  if (stopped_) return;
  const auto datagram = read(packet);
  if (!datagram) return;
  const auto advert = advert_bytes(*datagram);
  // One that is too short to tell its VRID is a refused one of everybody's who hears it.
  const auto heading = peek(advert);
  uint32_t verdict = kVrrpNotOurs;
  for (Instance* instance : heading ? of_vrid_[heading->vrid] : all_) {
    const uint32_t its = instance->packet(*packet.path, *datagram, packet.at_ns);
    if (its == kVrrpNotOurs) continue;
    verdict = its;
    note_due(*instance);
  }
  speakers_.heard(packet.ifindex, datagram->source, advert, verdict, packet.at_ns);
  // However many packets come: adverts leave on time.
  run_timers();
  if (left_) return go_on_leaving();
  settle_groups(monotonic_ns());
  arm();
}

void VirtualRouters::doorbell() {
  if (stopped_) return;
  look_ns_ = 0;
  tick();
}

void VirtualRouters::leave(std::function<void()> left) {
  if (stopped_) return left();
  left_ = std::move(left);
  for (const auto& instance : instances_) {
    instance->leave(monotonic_ns());
    note_due(*instance);
  }
  go_on_leaving();
}

void VirtualRouters::go_on_leaving() {
  const bool holds = std::any_of(all_.begin(), all_.end(), [](const Instance* instance) {
    return instance->state().role == VrrpState::kMaster;
  });
  if (holds) return deadline_.set(timers_due_ns_);
  stop();
  std::exchange(left_, nullptr)();
}

void VirtualRouters::stop() {
  if (stopped_) return;
  stopped_ = true;
  deadline_.set(INT64_MAX);
  resign(all_);
}

// All of them leave before any of them tidies up, which takes longer.
void VirtualRouters::resign(const std::vector<Instance*>& instances) {
  for (Instance* instance : instances) instance->stop(monotonic_ns());
  for (Instance* instance : instances) instance->clean_up();
}

}  // namespace hawser::vrrp
