#pragma once

#include <exception>
#include <functional>
#include <string>

namespace pve_accept {

// What the error says that `action` throws; any other error goes on to the test.
template <class Error = std::exception>
std::string message_of(const std::function<void()>& action,
                       const std::string& otherwise = "no error") {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return otherwise;
}

}  // namespace pve_accept
