// Coverage-guided fuzzing (libFuzzer) of everything that reads what somebody else wrote. One
// program; --target=NAME says what is fuzzed. Whatever the input: it is read, or refused by an
// InputError or a HarnessError. Anything else is a defect.

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "fixtures/conformance/layout.h"
#include "fixtures/conformance/recording.h"
#include "support/base/error.h"
#include "support/base/temporary_directory.h"
#include "support/measure/sample.h"
#include "support/pve/addresses.h"
#include "support/pve/config_values.h"
#include "support/pve/confinement.h"
#include "support/pve/images.h"
#include "support/pve/kernel_log.h"
#include "support/pve/lock.h"
#include "support/pve/node_facts.h"
#include "support/pve/ownership.h"
#include "support/pve/serial_console.h"
#include "support/pve/storage_usage.h"
#include "support/record/lab_config.h"
#include "support/record/record.h"
#include "support/record/run_directory.h"
#include "support/report/report.h"
#include "support/sim/engine/command_words.h"
#include "support/sim/engine/simulated_node.h"
#include "support/sim/model/faults.h"
#include "support/sim/model/scenario.h"
#include "support/sshd/terminal_line.h"
#include "support/workload/compose.h"
#include "support/workload/docker.h"
#include "support/workload/docker_install.h"
#include "support/workload/guest_system.h"
#include "support/workload/image_load.h"
#include "support/workload/network_trouble.h"
#include "support/workload/pgbench.h"

namespace pve_accept {
namespace {

using Target = std::function<void(std::string_view)>;

// One reader after the other gets the input; each may refuse it.
template <class... Readers>
void offer(const Readers&... readers) {
  const auto one = [](const auto& reader) {
    try {
      reader();
    } catch (const HarnessError&) {
      return;
    } catch (const InputError&) {
      return;
    }
  };
  (one(readers), ...);
}

// What commands print as text.
void text_replies(std::string_view text) {
  const std::string copy(text);
  offer([&] { parse_config_value(text); }, [&] { parse_disk_size(text); },
        [&] { parse_config_file(text); }, [&] { parse_apparmor_label(text); },
        [&] { parse_appliance_index(text); }, [&] { parse_sha512sum(text); },
        [&] { parse_journal_json(text); }, [&] { parse_lock(copy); },
        [&] { parse_pveversion(text); }, [&] { parse_guest_files(text); },
        [&] { parse_tags(text); }, [&] { host_keys_on_console(text); },
        [&] { parse_zfs_get(text); }, [&] { parse_stat(text); }, [&] { parse_compose_ps(text); },
        [&] { parse_apt_policy(text); }, [&] { parse_os_release(text); },
        [&] { parse_guest_memory(text); }, [&] { parse_df(text); },
        [&] { parse_docker_load(text); }, [&] { network_trouble(text); },
        [&] { parse_pgbench_progress(text); }, [&] { parse_pgbench_report(copy, copy, 0); },
        [&] { parse_sample(text); });
}

// What commands print as JSON.
void json_replies(std::string_view text) {
  const Json reply = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (reply.is_discarded()) return;
  const std::string mac = "bc:24:11:00:00:01";
  offer([&] { address_in_container(reply, mac); }, [&] { address_from_agent(reply, mac); },
        [&] { storages_in(reply); }, [&] { network_card(reply); },
        [&] { weakening_settings(reply); }, [&] { ownership_of(reply); },
        [&] { is_unfinished(reply); }, [&] { parse_qemu_info(reply); },
        [&] { parse_qemu_check(reply); }, [&] { parse_version(reply); },
        [&] { parse_cluster_nodes(reply); }, [&] { parse_node_status(reply); },
        [&] { parse_storages(reply); }, [&] { parse_guests(reply); }, [&] { parse_volumes(reply); },
        [&] { parse_tasks(reply); }, [&] { parse_bridges(reply); }, [&] { parse_lvs(reply); },
        [&] { parse_docker_inspect(reply); }, [&] { parse_docker_versions(reply); },
        [&] { parse_docker_info(reply); }, [&] { parse_cloud_init(reply, 0); });
}

Json strict(std::string_view text) { return parse_strict_json(text, "input"); }

void record(std::string_view text) {
  offer([&] {
    const Record read = parse_record(strict(text), "input");
    findings_markdown(read);
    junit_xml(read);
    metrics_text(read);
    claim_lines(read);
    comparison_text(read);
    to_json_text(read);
  });
}

template <class T>
void part(const Json& document, const RunDirectory::Part<T>& /*name*/) {
  offer([&] { write_fields(read_fields<T>(JsonCursor(document, "input"))); });
}

void parts(std::string_view text) {
  offer([&] {
    const Json document = strict(text);
    part(document, RunDirectory::run());
    part(document, RunDirectory::node());
    part(document, RunDirectory::before());
    part(document, RunDirectory::guest(GuestKind::kVm));
    part(document, RunDirectory::baseline());
    part(document, RunDirectory::load(GuestKind::kVm));
    part(document, RunDirectory::teardown());
    part(document, RunDirectory::stage("idle/vm"));
    part(document, RunDirectory::claim("docker.exec", GuestKind::kVm));
    part(document, RunDirectory::announcement());
  });
}

// What a served node takes from the network: a command line, or what somebody types.
void command_lines(std::string_view text) {
  const TemporaryDirectory state;
  SimulatedNode node(state.path(), Scenario{});
  std::string typed(text), shown;
  TerminalLine terminal(/*echoes=*/true);
  while (const auto line = terminal.take(typed, shown)) {
    command_form("node", *line);
    const auto words = sim::command_words(*line);
    if (!words || words->empty()) continue;
    offer([&] { node.connect()->run({.argv = *words, .deadline = std::chrono::seconds(60)}); });
  }
}

const std::map<std::string, Target>& targets() {
  static const std::map<std::string, Target> all = {
      {"text-replies", text_replies},
      {"json-replies", json_replies},
      {"layout", [](std::string_view text) { layout_of("docker", text); }},
      {"thresholds",
       [](std::string_view text) { offer([&] { Thresholds(strict(text), "input"); }); }},
      {"scenario",
       [](std::string_view text) {
         offer([&] { to_json(parse_scenario(strict(text), "input")); });
       }},
      {"faults",
       [](std::string_view text) { offer([&] { sim::parse_faults(strict(text), "input"); }); }},
      {"lab",
       [](std::string_view text) { offer([&] { LabConfig::parse(strict(text), "input"); }); }},
      {"record", record},
      {"parts", parts},
      {"command-lines", command_lines},
  };
  return all;
}

const Target* chosen = nullptr;

}  // namespace
}  // namespace pve_accept

// NOLINTNEXTLINE(readability-non-const-parameter): the name and the types are libFuzzer's
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  using namespace pve_accept;
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = (*argv)[i];
    if (argument == "--list") {
      for (const auto& [name, target] : targets()) fmt::print("{}\n", name);
      std::exit(0);
    }
    if (!argument.starts_with("--target=")) continue;
    const auto found = targets().find(std::string(argument.substr(9)));
    if (found != targets().end()) chosen = &found->second;
  }
  if (chosen != nullptr) return 0;
  fmt::print(stderr, "fuzz: name one with --target=NAME; --list has them\n");
  std::exit(64);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (*pve_accept::chosen)({reinterpret_cast<const char*>(data), size});
  return 0;
}
