#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/base/error.h"

namespace pve_accept {

// Something that was asked for by the way: what was seen, or why it could not be read. What needs
// it cannot be told then, and nothing else is. In JSON it is the value, or {"problem": "…"}.
template <class T>
struct Fact : std::optional<T> {
  using std::optional<T>::optional;
  Fact(std::optional<T> seen) : std::optional<T>(std::move(seen)) {}

  static Fact unread(std::string why) {
    Fact fact;
    fact.problem = std::move(why);
    return fact;
  }

  bool known() const { return this->has_value() || problem.empty(); }

  // Throws HarnessError, with the problem, for what could not be read or was not seen.
  const T& need(std::string_view what) const {
    if (this->has_value()) return **this;
    throw HarnessError("read " + std::string(what),
                       problem.empty() ? "it is not on record" : problem);
  }

  std::string problem = {};  // empty: it was read, or nobody asked
};

// What `read` returns, or its trouble. A connection that is lost is not the fact's trouble alone.
template <class Read>
auto read_fact(Read read) -> Fact<decltype(read())> {
  try {
    return read();
  } catch (const ConnectionError&) {
    throw;
  } catch (const HarnessError& error) {
    return Fact<decltype(read())>::unread(error.what());
  }
}

}  // namespace pve_accept
