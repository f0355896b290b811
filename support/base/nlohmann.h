#pragma once

// nlohmann/json.hpp without its literal `_json`, which nobody uses here: its body makes every file
// instantiate the whole parser, a fifth of the time that a build takes. (The macro ends the
// literal's declaration and makes its body that of a template, which nothing instantiates.
// A header that spells it `""_json`, with no space, stays as it is.)
#define JSON_USE_GLOBAL_UDLS 0
#define _json                       \
  _never(const char*, std::size_t); \
  template <typename>               \
  nlohmann::json never_parsed
#include <nlohmann/json.hpp>
#undef _json
