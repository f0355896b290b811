#include "support/base/fields.h"

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "support/base/error.h"
#include "support/base/figure.h"

namespace pve_accept {
namespace {

struct Cpu {
  std::string model = {};
  int cpus = 1;
  std::optional<std::string> governor = {};
  std::optional<double> mhz = {};
  double load = 0;
};

template <class Fields>
void visit(Cpu& cpu, Fields& fields) {
  fields("model", cpu.model, required, matching("[a-z0-9]+", "a model"));
  fields("cpus", cpu.cpus, between(1, 64));
  fields("governor", cpu.governor);
  fields("mhz", cpu.mhz, if_set);
  fields("load", cpu.load, not_negative);
}

void check_fields(const JsonCursor& place, const Cpu& cpu) {
  if (cpu.model == "n100" && cpu.cpus > 4) place.fail("an n100 has 4 CPUs");
}

struct Machine {
  std::map<std::string, Cpu> sockets = {};
  std::map<GuestKind, std::vector<int>> guests = {{GuestKind::kVm, {9000}}};
  std::chrono::seconds uptime{0};
};

template <class Fields>
void visit(Machine& node, Fields& fields) {
  fields("sockets", node.sockets);
  fields("guests", node.guests);
  fields("uptime_s", node.uptime);
}

template <class T>
T read(const char* text) {
  const Json document = parse_json(text);
  return read_fields<T>(JsonCursor(document, "node.json"));
}

TEST(Fields, ReadWhatIsThereAndKeepTheDefaultsOfTheRest) {
  const Cpu cpu = read<Cpu>(R"({"model": "n100", "governor": null})");
  EXPECT_EQ(cpu.model, "n100");
  EXPECT_EQ(cpu.cpus, 1);
  EXPECT_FALSE(cpu.governor);
}

TEST(Fields, OfStructsWithinStructs) {
  const auto node = read<Machine>(
      R"({"sockets": {"0": {"model": "a", "cpus": 2}}, "guests": {"lxc": [1, 2]}, "uptime_s": 90})");
  EXPECT_EQ(node.sockets.at("0").cpus, 2);
  EXPECT_THAT(node.guests.at(GuestKind::kLxc), ElementsAre(1, 2));
  EXPECT_THAT(node.guests.at(GuestKind::kVm), ElementsAre(9000));
  EXPECT_EQ(node.uptime, std::chrono::seconds(90));
}

TEST(Fields, AreWrittenAsTheyAreRead) {
  const Json written = write_fields(Cpu{.model = "a", .load = std::nan("")});
  EXPECT_EQ(written, parse_json(R"({"model":"a","cpus":1,"governor":null,"load":null})"));
  const Machine node{.sockets = {{"0", {.model = "a"}}}};
  EXPECT_EQ(write_fields(read<Machine>(write_fields(node).dump().c_str())), write_fields(node));
}

TEST(Fields, NameThePlaceOfAnError) {
  const auto complaint = [](const char* text, const char* expected) {
    EXPECT_THAT([&] { read<Machine>(text); },
                ThrowsMessage<InputError>(HasSubstr(std::string("node.json: ") + expected)));
  };
  complaint(R"({"sockets": {"0": {}}})", "sockets/0: 'model' is missing");
  complaint(R"({"sockets": {"0": {"model": "A"}}})", "sockets/0/model: expected a model");
  complaint(R"({"sockets": {"0": {"model": "a", "cpus": 0}}})", "sockets/0/cpus: expected a whole");
  complaint(R"({"sockets": {"0": {"model": "a", "load": -1}}})", "sockets/0/load: must not be");
  complaint(R"({"sockets": {"0": {"model": "a", "load": null}}})", "sockets/0/load: expected a");
  complaint(R"({"sockets": {"0": {"model": "a", "x": 1}}})",
            "sockets/0/x: unknown key; known here: model, cpus, governor");
  complaint(R"({"sockets": {"0": {"model": "n100", "cpus": 8}}})", "sockets/0: an n100 has 4");
  complaint(R"({"guests": {"kvm": []}})", "guests/kvm: unknown key");
  complaint(R"({"guests": {"vm": [1, "2"]}})", "guests/vm/1: expected a whole number");
  complaint(R"({"guests": {"vm": [9999999999]}})", "guests/vm/0: expected a whole number from");
  complaint("[]", "(top level): expected an object");
}

TEST(Figure, KeepsWhatIsNotKnownOutOfItsDifference) {
  const auto left = read<Figure>(R"({"n": 5, "median": 10, "mean": null})");
  const Figure difference = left - Figure{.median = 4, .mean = 4};
  EXPECT_EQ(difference.median, 6);
  EXPECT_TRUE(std::isnan(difference.mean));
  EXPECT_TRUE(std::isnan(left.range()));
}

}  // namespace
}  // namespace pve_accept
