#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/base/logged_command.h"
#include "support/report/html/element.h"

namespace pve_accept::html {

// Commands with their output, as much of it as the page has room for.
class CommandExcerpts {
 public:
  // `log` must outlive this. Of the bytes that are left for all, each of `shares` excerpts that may
  // be asked for has its part.
  CommandExcerpts(const CommandLog& log, std::size_t shares);

  // The commands for the first of these cases and stages, or, where it sent none, for the others:
  // the last ones where there are too many, folded. None where the transcript has none, which is
  // said where a transcript should have them.
  std::optional<Element> of(const std::vector<std::string>& purposes) const;

 private:
  const CommandLog& log_;
  std::size_t share_;  // bytes for one excerpt
};

}  // namespace pve_accept::html
