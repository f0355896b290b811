#include "support/sim/tools/options.h"

#include "support/base/text.h"

namespace pve_accept::sim {

std::string Arguments::get(const std::string& option, const std::string& otherwise) const {
  return value_or(options, option, otherwise);
}

std::int64_t Arguments::number(const std::string& option, std::int64_t otherwise) const {
  if (!has(option)) return otherwise;
  const auto value = text::to_whole(get(option));
  if (!value) throw Unsupported{};
  return *value;
}

std::int64_t Arguments::vmid() const { return std::stoll(positional.at("vmid")); }

void Arguments::require(std::initializer_list<const char*> names) const {
  for (const char* name : names) {
    if (!has(name)) throw Unsupported{};
  }
}

std::string read_options(
    const Words& words, bool stops,
    const std::function<std::optional<FoundOption>(const std::string& name)>& find,
    Arguments& arguments) {
  std::string problems;
  const auto is_option = [](const std::string& word) { return word.size() > 1 && word[0] == '-'; };
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (*word == "--" || (stops && !is_option(*word))) {
      arguments.rest.insert(arguments.rest.end(), *word == "--" ? word + 1 : word, words.end());
      break;
    }
    if (!is_option(*word)) {
      arguments.rest.push_back(*word);
      continue;
    }
    const auto equals = word->find('=');
    const auto option = find(word->substr(0, equals));
    if (!option) {
      const auto name = word->find_first_not_of('-');
      problems += fmt::format("Unknown option: {}\n", word->substr(name, equals - name));
      continue;
    }
    std::string& value = arguments.options[option->name];
    const auto next = word + 1;
    if (equals != std::string::npos) {
      value = word->substr(equals + 1);
    } else if (option->takes != Takes::kNothing && next != words.end() && !next->starts_with('-')) {
      value = *++word;
    } else if (option->takes != Takes::kValue) {
      value = "1";
    } else {
      problems += fmt::format("Option {} requires an argument\n", option->name);
    }
  }
  return problems;
}

Arguments read_options(const Words& words, std::initializer_list<std::string_view> known) {
  Arguments arguments;
  const bool stops = contains(known, "+");
  const auto find = [&](const std::string& name) -> std::optional<FoundOption> {
    for (const std::string_view option : known) {
      if (option.substr(0, option.find('=')) != name) continue;
      const bool flag = option.find('=') == std::string_view::npos;
      return FoundOption{name, flag ? Takes::kNothing : Takes::kValue};
    }
    return std::nullopt;
  };
  if (!read_options(words, stops, find, arguments).empty()) throw Unsupported{};
  for (const std::string_view option : known) {
    const auto equals = option.find('=');
    if (equals == std::string_view::npos || equals + 1 == option.size()) continue;
    const auto given = arguments.options.find(std::string(option.substr(0, equals)));
    if (given == arguments.options.end()) continue;
    if (given->second != option.substr(equals + 1)) throw Unsupported{};
  }
  return arguments;
}

}  // namespace pve_accept::sim
