#include "support/report/ctest.h"

#include <fmt/format.h>

#include <cmath>

#include "support/base/text.h"
#include "support/report/xml.h"

namespace pve_accept {
namespace {

void add_measurement(std::string& text, const std::string& name,
                     const std::optional<std::string>& unit, std::optional<double> value) {
  if (!value) return;
  text += fmt::format(
      "<CTestMeasurement type=\"numeric/double\" name=\"{}\">{}</CTestMeasurement>\n",
      xml_escaped(unit ? fmt::format("{} ({})", name, *unit) : name), text::exact(*value));
}

}  // namespace

std::string ctest_measurements(const ClaimResult& claim) {
  std::string text;
  const auto add = [&](const std::string& name, const Value& measured,
                       const std::optional<std::string>& unit, const std::optional<Bound>& allowed,
                       const Value& reference) {
    const auto number = measured.number();
    if (!number || !std::isfinite(*number)) return;
    const std::string of = name.empty() ? "" : name + ", ";
    add_measurement(text, name.empty() ? "measured" : name, unit, number);
    if (allowed) {
      add_measurement(text, of + "allowed min", unit, allowed->lowest());
      add_measurement(text, of + "allowed max", unit, allowed->highest());
    }
    add_measurement(text, of + "reference", unit, reference.number());
  };
  add("", claim.measured, claim.unit, claim.allowed, claim.reference);
  for (const AlsoResult& also : claim.also) {
    add(also.name, also.measured, also.unit, also.allowed, {});
  }
  return text;
}

std::string ctest_attachment(const std::string& name, const std::filesystem::path& file) {
  return fmt::format("<CTestMeasurementFile type=\"file\" name=\"{}\">{}</CTestMeasurementFile>\n",
                     xml_escaped(name), xml_escaped(file.string()));
}

}  // namespace pve_accept
