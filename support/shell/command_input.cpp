#include "support/shell/command_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace pve_accept {
namespace {

constexpr std::uintmax_t kPiece = 128UL << 10U;

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view problem) {
  throw InputError(fmt::format("{}: cannot be read: {}", file.string(), problem));
}

}  // namespace

CommandInput::CommandInput(const Command& command)
    : file_(command.input_file), piece_(command.input) {
  if (file_.empty()) return;
  if (!command.input.empty()) throw std::logic_error("a command has one standard input");
  std::error_code error;
  const auto status = std::filesystem::status(file_, error);
  if (error) refuse(file_, error.message());
  if (!std::filesystem::is_regular_file(status)) refuse(file_, "it is not a file");
  stream_.open(file_, std::ios::binary);
  if (!stream_) refuse(file_, std::strerror(errno));
  unread_ = std::filesystem::file_size(file_);
}

std::string_view CommandInput::next() {
  if (taken_ == piece_.size() && unread_ > 0) refill();
  return std::string_view(piece_).substr(taken_);
}

void CommandInput::refill() {
  const auto wanted = static_cast<std::streamsize>(std::min(unread_, kPiece));
  piece_.resize(static_cast<std::size_t>(wanted));
  taken_ = 0;
  stream_.read(piece_.data(), wanted);
  if (stream_.gcount() != wanted) {
    throw HarnessError(fmt::format("read {}", file_.string()),
                       fmt::format("it ends {} bytes before the size that it had at first",
                                   unread_ - static_cast<std::uintmax_t>(stream_.gcount())));
  }
  unread_ -= static_cast<std::uintmax_t>(wanted);
}

std::uintmax_t input_size(const Command& command) {
  if (command.input_file.empty()) return command.input.size();
  std::error_code missing;
  const std::uintmax_t size = std::filesystem::file_size(command.input_file, missing);
  return missing ? 0 : size;
}

}  // namespace pve_accept
