// SPDX-License-Identifier: MIT
// What the configuration says, as plain data: nothing here knows how it runs. Built by the parser
// as a Draft, where names are strings; resolve() gives the Config, where references are indices,
// which is immutable from then on and is inherited by every process through fork().
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/diag.h"
#include "config/vrrp_model.h"

namespace hawser {

struct BalanceAlgo;  // proxy/balance/balancer.h
struct CheckType;    // check/check.h
class LogFormat;     // logging/log_format.h
struct Reply;        // proxy/http/reply.h

inline constexpr uint32_t kNoIndex = UINT32_MAX;  // an index that refers to nothing

enum class Mode : uint8_t { kTcp, kHttp };
enum class ProxyKind : uint8_t { kDefaults, kFrontend, kBackend, kListen };

constexpr bool has_frontend(ProxyKind kind) {
  return kind == ProxyKind::kFrontend || kind == ProxyKind::kListen;
}
constexpr bool has_backend(ProxyKind kind) {
  return kind == ProxyKind::kBackend || kind == ProxyKind::kListen;
}

// `option NAME` that is a plain switch. Its row, with sections and help, is in proxy/kw_option.cc.
enum class Option : uint8_t {
  kAbortonclose,
  kAllbackups,
  kClitcpka,
  kDontlogNormal,
  kDontlognull,
  kHttpBufferRequest,
  kHttpIgnoreProbes,
  kHttpNoDelay,
  kHttpPretendKeepalive,
  kHttpUseProxyHeader,
  kIndependentStreams,
  kLogHealthChecks,
  kLogSeparateErrors,
  kLogasap,
  kNolinger,
  kPersist,
  kPreferLastServer,
  kSocketStats,
  kSpliceAuto,
  kSpliceRequest,
  kSpliceResponse,
  kSrvtcpka,
  kTcpSmartAccept,
  kTcpSmartConnect,
  kCount
};
using OptionSet = std::bitset<static_cast<size_t>(Option::kCount)>;

// The last of `option httpclose | http-server-close | http-keep-alive` wins.
enum class HttpConnMode : uint8_t { kKeepAlive, kServerClose, kClose };

enum class Timeout : uint8_t {
  kConnect,
  kClient,
  kServer,
  kTunnel,
  kClientFin,
  kServerFin,
  kQueue,
  kHttpRequest,
  kHttpKeepAlive,
  kCheck,
  kTarpit,
  kCount
};
inline constexpr Millis kNoTimeout{0};

enum class HttpReuse : uint8_t { kNever, kSafe, kAggressive, kAlways };

// retry-on: which events allow another attempt. Status codes are kept beside the bits.
enum class RetryOn : uint8_t {
  kConnFailure,
  kEmptyResponse,
  kJunkResponse,
  kResponseTimeout,
  k0rttRejected,
  kCount
};
struct RetryPolicy {
  std::bitset<static_cast<size_t>(RetryOn::kCount)> events{
      1u << static_cast<size_t>(RetryOn::kConnFailure)};
  std::vector<uint16_t> statuses;  // sorted
  bool disabled = false;           // `retry-on none`
};

struct BindConfig {
  SourcePos pos;
  uint32_t proxy = kNoIndex;  // the owner's index
  std::string name;
  uint32_t id = 0;  // socket id: `id`, or the position from 1
  Address address;
  int inherited_fd = -1;  // fd@N: adopt, never bind
  std::string interface;
  int backlog = 0;       // 0: the proxy's
  uint32_t maxconn = 0;  // 0: no limit of its own
  int mss = 0;
  int tfo = 0;  // queue length; 0: off
  int tcp_user_timeout_ms = 0;
  bool defer_accept = false;
  bool transparent = false;
  bool freebind =
      false;  // the address is a vrrp section's: no interface need have it; by resolve()
  bool v6only = false;
  bool v4v6 = false;
  bool accept_proxy = false;
  std::optional<uint32_t> mode;  // of a unix socket
  std::optional<uint32_t> uid, gid;
  std::string level;  // stats socket: user | operator | admin
};

// `source` of a server or backend.
struct SourceConfig {
  Address address;  // AF_UNSPEC: the kernel chooses
  uint16_t port_low = 0, port_high = 0;
  std::string interface;
  enum class Use : uint8_t { kNone, kAddress, kClient, kClientIp, kHeaderIp } usesrc = Use::kNone;
  Address usesrc_address;
  std::string usesrc_header;
  int usesrc_occurrence = -1;
};

enum class ProxyProtocol : uint8_t { kNone, kV1, kV2 };

// init-addr: the ways by which a server's name becomes an address at start, in order.
struct InitAddr {
  enum class Kind : uint8_t { kLast, kLibc, kNone, kAddress } kind = Kind::kLibc;
  Address address;  // of kAddress
};

// Settings of `server` that `default-server` may give: the check and connection words.
struct ServerSettings {
  uint16_t weight = 1;
  uint32_t maxconn = 0;   // 0: unlimited
  uint32_t minconn = 0;   // 0: maxconn is not dynamic
  uint32_t maxqueue = 0;  // 0: unlimited
  Millis slowstart{0};
  bool backup = false;
  bool disabled = false;
  bool check = false;
  bool non_stick = false;
  bool tfo = false;
  bool send_proxy_in_checks = false;  // check-send-proxy
  ProxyProtocol send_proxy = ProxyProtocol::kNone;
  uint16_t check_port = 0;  // 0: the server's
  Millis inter{2000};
  Millis fastinter{0};  // 0: inter
  Millis downinter{0};  // 0: inter
  uint16_t rise = 2;
  uint16_t fall = 3;
  int32_t pool_max_conn = -1;  // idle connections kept; -1: unlimited
  uint32_t pool_low_conn = 0;
  Millis pool_purge_delay{5000};
  int32_t max_reuse = -1;  // requests per connection after the first; -1: unlimited
  int tcp_user_timeout_ms = 0;
  std::shared_ptr<const Address> check_addr;               // nullptr: the server's
  std::shared_ptr<const SourceConfig> source;              // nullptr: the backend's
  std::shared_ptr<const std::vector<InitAddr>> init_addr;  // nullptr: last,libc
};

struct ServerConfig {
  SourcePos pos;
  uint32_t proxy = kNoIndex;  // the owner's index
  uint32_t id = 0;            // puid: `id`, or the first free number from its position on
  bool id_given = false;      // by `id`
  std::string name;
  Address address;
  std::string hostname;     // as written, when the address was a name
  int16_t port_offset = 0;  // with port_is_offset: "+N" / "-N", or no port: the client's
  bool port_is_offset = false;
  std::string cookie;  // empty: none
  std::string redir;   // `redir PREFIX`
  ServerSettings set;
};

// What `balance hash` takes its key from.
enum class KeyFetch : uint8_t { kSource, kPath, kPathQuery, kUrl, kQuery, kHeader, kUrlParam };

struct BalanceConfig {
  const BalanceAlgo* algo = nullptr;     // nullptr: not given; set by the time the Config is ready
  std::string_view name = "roundrobin";  // of the algorithm, for those who show it; set with `algo`
  SourcePos pos;
  // Weights set at run time have no effect but to take a server out (0) and back in.
  bool static_weights = false;
  std::string param;                      // name of the header, parameter or cookie
  KeyFetch fetch = KeyFetch::kSource;     // hash
  uint32_t len = 0, depth = 0;            // uri
  bool whole = false, path_only = false;  // uri
  bool use_domain_only = false;           // hdr
  bool check_post = false;                // url_param
  uint32_t draws = 2;                     // random
};

enum class HashType : uint8_t { kMapBased, kConsistent };
enum class HashFunction : uint8_t { kSdbm, kDjb2, kWt6, kCrc32, kNone };
struct HashConfig {
  HashType type = HashType::kMapBased;
  HashFunction function = HashFunction::kSdbm;
  bool avalanche = false;
  bool given = false;
  uint32_t balance_factor = 0;  // percent; 0: off
};

struct CookieConfig {
  enum class How : uint8_t { kNone, kRewrite, kInsert, kPrefix } how = How::kNone;
  SourcePos pos;
  std::string name;
  bool indirect = false, nocache = false, postonly = false, preserve = false, httponly = false,
       secure = false, dynamic = false;
  std::vector<std::string> domains;
  std::vector<std::string> attrs;
  std::chrono::seconds maxidle{0}, maxlife{0};
  std::string dynamic_key;  // dynamic-cookie-key
};

// option forwardfor / originalto
struct ForwardConfig {
  bool enabled = false;
  std::string header;
  std::vector<std::pair<Address, uint8_t>> except;  // network, prefix length
  bool if_none = false;
};

// option forwarded (RFC 7239)
struct ForwardedConfig {
  bool enabled = false;
  bool proto = true;
  enum class Node : uint8_t { kNone, kYes } by = Node::kNone, for_node = Node::kYes;
  bool by_port = false, for_port = false, host = false;
};

enum class LogTransport : uint8_t { kUdp, kUnixDatagram, kStdout, kStderr, kFd };
enum class LogProtocol : uint8_t {
  kRfc3164,
  kRfc5424,
  kPriority,
  kShort,
  kTimed,
  kIso,
  kRaw,
  kLocal
};
struct LogTarget {
  SourcePos pos;
  bool global = false;  // `log global`: the global section's targets
  LogTransport transport = LogTransport::kUdp;
  Address address;
  int fd = -1;
  uint32_t len = 1024;
  std::optional<LogProtocol> format;     // not given: rfc3164 with log-send-hostname, else local
  uint8_t facility = 0;                  // syslog facility number
  LogLevel level = LogLevel::kDebug;     // the least severe that is sent
  LogLevel minlevel = LogLevel::kEmerg;  // severities above are lowered to it
  // sample <ranges>:<size>; bit i of `sample` set: the i-th message of every `sample_size` is sent
  std::vector<bool> sample;
};

enum class LogStyle : uint8_t { kDefault, kTcp, kHttp, kHttpClf, kCustom };

// A log-format as written, and compiled by a ProxyCheck where the proxy has a frontend that logs.
struct LogFormatConfig {
  std::string text;
  SourcePos pos;                              // of the argument, with `width` characters as written
  uint16_t width = 0;                         // 0: not known
  std::shared_ptr<const LogFormat> compiled;  // nullptr: nothing to log, or no such format
};

// What `errorfile`-like keywords give for a status (proxy/http/reply.h).
using ErrorReplies = std::map<uint16_t, std::shared_ptr<const Reply>>;

// One line of them. The lines of a proxy count in their order, so they stay as they are until the
// http-errors sections are known.
struct ErrorSource {
  SourcePos pos;
  std::string section{};             // of `errorfiles`; empty: `reply` for the only status
  std::vector<uint16_t> statuses{};  // of `errorfiles`, none: all that the section has
  std::shared_ptr<const Reply> reply{};
};

// One `http-request` or `http-response` rule, made by the action that its file registers.
class Rule {
 public:
  virtual ~Rule() = default;
};

// How the servers of a backend are checked; without one, a TCP connect.
struct CheckConfig {
  const CheckType* type = nullptr;  // nullptr: tcp
  SourcePos pos;
  std::vector<std::string> args;  // of the `option …chk` line
};

// What a proxy section says. Values that `defaults` gives are copied when the section starts.
struct ProxyConfig {
  ProxyKind kind = ProxyKind::kDefaults;
  // A line of it, or of its defaults, was refused: what it seems to lack may be there.
  bool incomplete = false;
  SourcePos pos;
  std::string name;
  uint32_t index = kNoIndex;  // in Config::proxies
  uint32_t id = 0;            // `id`, or the first free number from 1 in file order
  bool id_given = false;      // by `id`
  Mode mode = Mode::kTcp;
  bool disabled = false;
  std::string description;
  OptionSet options;
  HttpConnMode http_conn_mode = HttpConnMode::kKeepAlive;
  std::array<Millis, static_cast<size_t>(Timeout::kCount)> timeouts{};  // kNoTimeout: none
  Millis timeout(Timeout which) const { return timeouts[static_cast<size_t>(which)]; }
  bool option(Option which) const { return options[static_cast<size_t>(which)]; }

  // frontend side
  std::vector<BindConfig> binds;
  uint32_t maxconn = 0;              // 0: the process's
  int backlog = 0;                   // 0: maxconn
  uint32_t rate_limit_sessions = 0;  // per second; 0: none
  std::string default_backend_name;
  SourcePos default_backend_pos;
  uint32_t default_backend = kNoIndex;  // set by resolve(); a listen without one: itself
  std::string monitor_uri;

  // backend side
  std::vector<ServerConfig> servers;
  ServerSettings default_server;
  BalanceConfig balance;
  HashConfig hash;
  CookieConfig cookie;
  CheckConfig check;
  std::optional<SourceConfig> source;
  // 0 after resolve(): a tenth of the maxconn that the process starts with
  uint32_t fullconn = 0;
  uint32_t retries = 3;
  int redispatch = 0;  // 0: off; n > 0: every n-th retry; -n: n-th from the last; -1: the last
  RetryPolicy retry_on;
  HttpReuse http_reuse = HttpReuse::kSafe;
  uint32_t max_keep_alive_queue = 0;
  bool max_keep_alive_queue_set = false;

  // both
  ForwardConfig forwardfor;
  ForwardConfig originalto;
  ForwardedConfig forwarded;
  std::vector<ErrorSource> error_sources;  // made into error_replies by resolve()
  ErrorReplies error_replies;
  std::vector<std::shared_ptr<const Rule>> http_request_rules;
  std::vector<std::shared_ptr<const Rule>> http_response_rules;
  std::vector<LogTarget> logs;
  std::string log_tag;
  LogStyle log_style = LogStyle::kDefault;
  LogFormatConfig log_format;        // of the styles other than kCustom: the built-in text
  LogFormatConfig error_log_format;  // empty text: none
  LogFormatConfig log_format_sd;     // RFC 5424 structured data; empty text: none
};

struct HttpErrorsConfig {
  bool incomplete = false;  // as in ProxyConfig
  SourcePos pos;
  std::string name;
  ErrorReplies replies;
};

// global keyword → value. 0 or empty: not given, the default is decided where it is used.
struct GlobalConfig {
  bool incomplete = false;  // as in ProxyConfig
  bool daemon = false;
  bool quiet = false;
  bool debug = false;
  bool zero_warning = false;
  std::string pidfile, chroot, node, description, log_tag, localpeer;
  std::optional<uint32_t> uid, gid;
  std::string user, group;
  uint32_t nbproc = 0;   // 0: one per core
  uint32_t maxconn = 0;  // over all workers
  uint32_t ulimit_n = 0;
  uint32_t fd_hard_limit = 0;
  uint32_t spread_checks = 0;  // percent
  Millis max_spread_checks{0};
  Millis hung_worker_timeout{5000};
  bool splice = true;     // `nosplice`
  bool reuseport = true;  // `noreuseport`
  bool dumpable = false;  // `set-dumpable`: PR_SET_DUMPABLE after the change of user
  bool log_send_hostname = false;
  std::string log_hostname;
  std::optional<uint32_t> unix_bind_mode, unix_bind_uid, unix_bind_gid;
  std::string unix_bind_prefix;
  std::vector<LogTarget> logs;
  std::vector<BindConfig> stats_sockets;
  Millis stats_timeout{10000};
  uint32_t stats_maxconn = 10;
  struct Tune {
    uint32_t bufsize = 16384;
    uint32_t maxrewrite = 1024;
    uint32_t http_maxhdr = 101;
    uint32_t http_logurilen = 1024;
    uint32_t http_cookielen = 63;
    uint32_t maxaccept = 64;
    uint32_t pipesize = 0;  // 0: the kernel's
    uint32_t maxpipes = 0;  // 0: a quarter of maxconn
    uint32_t rcvbuf_client = 0, rcvbuf_server = 0, sndbuf_client = 0, sndbuf_server = 0;
  } tune;
};

// Sections whose first line was refused: who refers to one of them makes no mistake of his own.
// Empty in a configuration that runs.
struct RefusedSections {
  std::unordered_set<std::string> names;
  bool unnamed = false;  // the name of one could not be read
  bool may_have(const std::string& name) const { return unnamed || names.contains(name); }
};

struct Config {
  GlobalConfig global;
  RefusedSections refused;
  std::vector<std::unique_ptr<ProxyConfig>> proxies;  // in file order, without defaults
  std::vector<std::unique_ptr<HttpErrorsConfig>> http_errors;
  std::vector<std::unique_ptr<VrrpConfig>> vrrps;  // in file order, without vrrp-defaults
  std::vector<VrrpInstanceConfig> vrrp_instances;  // what runs of them; slots in shared memory
  std::vector<std::unique_ptr<VrrpGroupConfig>> vrrp_groups;
  std::vector<std::unique_ptr<VrrpScriptConfig>> vrrp_scripts;
  std::vector<std::unique_ptr<MailersConfig>> mailers;
  VrrpProcessConfig vrrp_process;
  uint32_t track_slots = 0;  // TrackState slots in shared memory
  // Where slots in shared memory are: the number of listeners and servers before each proxy's
  // first.
  std::vector<uint32_t> first_listener, first_server;
  uint32_t listeners = 0, servers = 0;
};

}  // namespace hawser
