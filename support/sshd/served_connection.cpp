#include "support/sshd/served_connection.h"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include "support/base/error.h"
#include "support/shell/ssh_public_key.h"

namespace pve_accept {
namespace {

ServedConnection& connection_of(void* userdata) {
  return *static_cast<ServedConnection*>(userdata);
}

// Turns a connected socket into libssh's side of a server's connection.
void accept_socket(ssh_session session, FileDescriptor socket,
                   const std::filesystem::path& host_key) {
  const std::unique_ptr<ssh_bind_struct, decltype(&ssh_bind_free)> bind(ssh_bind_new(),
                                                                        &ssh_bind_free);
  const bool read_configuration_files = false;
  ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_PROCESS_CONFIG, &read_configuration_files);
  ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_HOSTKEY, host_key.c_str());
  set_nonblocking(socket.get());
  if (ssh_bind_accept_fd(bind.get(), session, socket.get()) != SSH_OK) {
    throw HarnessError("serve an SSH connection", ssh_get_error(bind.get()));
  }
  socket.release();  // libssh closes it
  ssh_set_blocking(session, 0);
}

}  // namespace

ServedConnection::ServedConnection(SshLoop& loop, ServedHosts& hosts, std::string host,
                                   FileDescriptor socket)
    : loop_(loop),
      hosts_(hosts),
      host_(std::move(host)),
      session_(ssh_new()),
      event_(ssh_event_new()) {
  if (session_ == nullptr || event_ == nullptr) throw std::bad_alloc();
  accept_socket(session_, std::move(socket), hosts_.host_key_file(host_));
  callbacks_.userdata = this;
  callbacks_.auth_pubkey_function = on_auth;
  callbacks_.channel_open_request_session_function = on_open_session;
  ssh_callbacks_init(&callbacks_);
  ssh_set_server_callbacks(session_, &callbacks_);
  ssh_set_auth_methods(session_, SSH_AUTH_METHOD_PUBLICKEY);
  // There is no callback for forwarding.
  ssh_set_message_callback(session_, on_message, this);
  loop_.add(this);
}

ServedConnection::~ServedConnection() {
  loop_.remove(this);
  take_in_new();
  tunnels_.clear();
  ssh_event_remove_session(event_, session_);
  ssh_event_free(event_);
  // The channels go with the session, without a word: a host that is cut off says none either.
  for (const auto& channel : channels_) channel->abandon();
  ssh_silent_disconnect(session_);
  ssh_free(session_);
}

int ServedConnection::on_auth(ssh_session, const char* user, ssh_key_struct* key, char state,
                              void* userdata) {
  // Without a signature the client only asks whether the key would do.
  const bool valid = state == SSH_PUBLICKEY_STATE_NONE || state == SSH_PUBLICKEY_STATE_VALID;
  try {
    return valid && connection_of(userdata).lets_in(user, key) ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
  } catch (const std::exception&) {  // no key can be read: nobody is let in
    return SSH_AUTH_DENIED;
  }
}

bool ServedConnection::lets_in(const std::string& user, ssh_key_struct* key) {
  if (user != "root") return false;
  return std::ranges::any_of(hosts_.authorized_keys(host_), [&](const std::string& line) {
    const KeyHandle authorized = parse_public_key(line);
    return authorized && ssh_key_cmp(authorized.get(), key, SSH_KEY_CMP_PUBLIC) == 0;
  });
}

ssh_channel ServedConnection::on_open_session(ssh_session, void* userdata) {
  ServedConnection& connection = connection_of(userdata);
  connection.new_channels_.push_back(
      std::make_unique<ServedChannel>(connection.hosts_, connection.host_, connection.session_));
  return connection.new_channels_.back()->handle();
}

// 0: dealt with; 1: to be refused.
int ServedConnection::on_message(ssh_session, ssh_message message, void* userdata) {
  if (ssh_message_type(message) != SSH_REQUEST_CHANNEL_OPEN ||
      ssh_message_subtype(message) != SSH_CHANNEL_DIRECT_TCPIP) {
    return 1;
  }
  try {
    return connection_of(userdata).forward(message) ? 0 : 1;
  } catch (const std::exception&) {  // nobody is there
    return 1;
  }
}

bool ServedConnection::forward(ssh_message message) {
  const std::string behind =
      hosts_.host_at(ssh_message_channel_request_open_destination(message),
                     ssh_message_channel_request_open_destination_port(message));
  ssh_channel channel = ssh_message_channel_request_open_reply_accept(message);
  if (channel == nullptr) return false;
  auto [near, far] = socket_pair();
  new_tunnels_.push_back(
      {channel, std::make_unique<SshPipe>(channel, std::move(near)),
       std::make_unique<ServedConnection>(loop_, hosts_, behind, std::move(far))});
  return true;
}

void ServedConnection::collect(SshLoop::Wait& wait) {
  if (ended_) return;
  const bool writes = (ssh_get_poll_flags(session_) & SSH_WRITE_PENDING) != 0;
  wait.descriptors.push_back({.fd = ssh_get_fd(session_),
                              .events = static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN),
                              .revents = 0});
  for (const auto& channel : channels_) channel->collect(wait);
  for (const Tunnel& tunnel : tunnels_) tunnel.pipe->collect(wait);
}

void ServedConnection::receive() {
  if (ended_) return;
  if (!keys_exchanged_) exchange_keys();
  for (int reads = 0; keys_exchanged_ && reads < SshLoop::kReadsPerTurn; ++reads) {
    const int status = ssh_event_dopoll(event_, 0);
    if (status == SSH_ERROR) ended_ = true;
    if (status == SSH_AGAIN || status == SSH_ERROR) break;
    if (reads + 1 == SshLoop::kReadsPerTurn) loop_.mark_busy();
  }
  if ((ssh_get_status(session_) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0) ended_ = true;
}

void ServedConnection::exchange_keys() {
  const int status = ssh_handle_key_exchange(session_);
  if (status == SSH_AGAIN) return;
  keys_exchanged_ = status == SSH_OK;
  ended_ = !keys_exchanged_;
  if (keys_exchanged_) ssh_event_add_session(event_, session_);
}

void ServedConnection::advance() {
  if (ended_) return;
  take_in_new();
  try {
    for (const auto& channel : channels_) channel->advance();
  } catch (const ConnectionError&) {
    ended_ = true;  // the host is cut off, and so are its clients
    loop_.mark_busy();
    return;
  }
  std::erase_if(channels_, [](const auto& channel) { return channel->closed(); });
  advance_tunnels();
  // What came while all this was sent waits for no descriptor.
  if (!new_channels_.empty() || !new_tunnels_.empty()) loop_.mark_busy();
}

void ServedConnection::take_in_new() {
  std::ranges::move(new_channels_, std::back_inserter(channels_));
  std::ranges::move(new_tunnels_, std::back_inserter(tunnels_));
  new_channels_.clear();
  new_tunnels_.clear();
}

void ServedConnection::advance_tunnels() {
  for (Tunnel& tunnel : tunnels_) {
    tunnel.pipe->advance();
    if (tunnel.connection->ended()) tunnel.pipe->close();
    if (tunnel.pipe->open()) continue;
    ssh_channel_close(tunnel.channel);
    ssh_channel_free(tunnel.channel);
  }
  std::erase_if(tunnels_, [](const Tunnel& tunnel) { return !tunnel.pipe->open(); });
}

}  // namespace pve_accept
