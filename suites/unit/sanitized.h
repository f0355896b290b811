#pragma once

namespace pve_accept {

// Built for the sanitizers, which look for other mistakes than how often something goes right:
// there a test goes each way, but not many times.
#ifdef PVE_ACCEPT_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace pve_accept
