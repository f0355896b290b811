#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "support/shell/shell.h"

namespace pve_accept {

// What a command gets on its standard input, piece by piece: an archive of gigabytes is never in
// memory as a whole.
class CommandInput {
 public:
  // Opens the file, when there is one. Throws InputError that names it when it cannot be read, and
  // std::logic_error for a command that has a text and a file.
  explicit CommandInput(const Command& command);

  // The next bytes; the same ones until they are taken, and none at the end. Throws HarnessError
  // when the file ends before the size that it had when it was opened, or cannot be read on.
  std::string_view next();
  void take(std::size_t bytes) { taken_ += bytes; }

 private:
  void refill();

  std::filesystem::path file_;
  std::ifstream stream_;
  std::uintmax_t unread_ = 0;  // of the file
  std::string piece_;          // the whole text, or a part of the file
  std::size_t taken_ = 0;      // of the piece
};

// How many bytes it is; 0 for a file that is not there.
std::uintmax_t input_size(const Command& command);

}  // namespace pve_accept
