#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace pve_accept {

struct CodePoint {
  char32_t code = 0;
  std::size_t length = 0;  // in bytes
};

// What it stands for in print: U+FFFD.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The character at the start of a text that is not empty; none where its bytes are no UTF-8.
// Overlong forms, surrogates, U+FFFE and U+FFFF are none.
std::optional<CodePoint> first_code_point(std::string_view text);

}  // namespace pve_accept
