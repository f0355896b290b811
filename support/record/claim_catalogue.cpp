#include "support/record/claim_catalogue.h"

#include <algorithm>
#include <array>

namespace pve_accept {
namespace {

using enum Scope;
using enum Needs;

constexpr auto kCatalogue = std::to_array<ClaimInfo>({
    {"node.release", "Node.RunsAKnownRelease", kNode, kPreflight},
    {"node.provenance", "Node.HasItsProvenanceOnRecord", kNode, kStopped},
    {"node.images", "Node.HasIntactImages", kNode, kPreflight},
    {"node.quiet", "Node.IsQuiet", kNode, kBaseline},
    {"node.services", "Node.KeepsItsServices", kNode, kTornDown},

    {"node.rebooted", "Node.RunsWhatIsInstalled", kNode, kUpgraded},
    {"survivor.kept", "Survivor.IsKept", kEachGuest, kRevived},
    {"survivor.starts", "Survivor.StartsInTime", kEachGuest, kRevived},
    {"survivor.healthy", "Survivor.IsAsHealthyAsBefore", kEachGuest, kRevived},
    {"survivor.stack-returns", "Survivor.BringsItsStackBack", kEachGuest, kRevived},
    {"survivor.rows", "Survivor.KeepsItsRows", kEachGuest, kRevived},
    {"survivor.unix-socket", "Survivor.TalksOverUnixSockets", kEachGuest, kRevived},
    {"survivor.http-200", "Survivor.AnswersHttp", kEachGuest, kRevived},
    {"survivor.guest-view", "Survivor.SeesWhatItSaw", kEachGuest, kRevived},
    {"survivor.new-container", "Survivor.RunsANewContainer", kEachGuest, kRevived},
    {"survivor.refreshed-healthy", "RefreshedSurvivor.IsAsHealthyAsBefore", kEachGuest, kRefreshed},
    {"survivor.refreshed-stack-returns", "RefreshedSurvivor.BringsItsStackBack", kEachGuest,
     kRefreshed},
    {"survivor.refreshed-rows", "RefreshedSurvivor.KeepsItsRows", kEachGuest, kRefreshed},
    {"survivor.refreshed-unix-socket", "RefreshedSurvivor.TalksOverUnixSockets", kEachGuest,
     kRefreshed},
    {"survivor.refreshed-http-200", "RefreshedSurvivor.AnswersHttp", kEachGuest, kRefreshed},
    {"survivor.refreshed-guest-view", "RefreshedSurvivor.SeesWhatItSaw", kEachGuest, kRefreshed},
    {"survivor.refreshed-new-container", "RefreshedSurvivor.RunsANewContainer", kEachGuest,
     kRefreshed},

    {"guest.as-specified", "Guest.IsAsSpecified", kEachGuest, kProvisioned},
    {"guest.confined", "Guest.IsConfined", kEachGuest, kProvisioned},
    {"guest.ready-in-time", "Guest.IsReadyInTime", kEachGuest, kProvisioned},
    {"guest.healthy", "Guest.IsHealthy", kEachGuest, kProvisioned},
    {"guest.freeze", "Guest.FreezesFileSystems", kEachGuest, kProvisioned},
    {"guest.mountpoint", "Guest.MapsTheOwnersOfAVolume", kEachGuest, kRestart},

    {"docker.channel", "Docker.ComesFromItsChannel", kEachGuest, kProvisioned},
    {"docker.hello-world", "Docker.RunsHelloWorld", kEachGuest, kProvisioned},
    {"docker.exec", "Docker.ExecsIntoAContainer", kEachGuest, kProvisioned},
    {"docker.storage-driver", "Docker.UsesOverlayStorage", kEachGuest, kProvisioned},
    {"docker.cgroup", "Docker.LimitsMemoryByCgroupV2", kEachGuest, kProvisioned},
    {"docker.unix-socket", "Docker.TalksOverUnixSockets", kEachGuest, kProvisioned},
    {"docker.limit-bites", "Docker.KillsWhatExceedsItsLimit", kEachGuest, kRestart},
    {"docker.survives-restart", "Docker.SurvivesARestart", kEachGuest, kRestart},

    {"stack.healthy", "Stack.IsHealthy", kEachGuest, kProvisioned},
    {"stack.returns", "Stack.ReturnsByItself", kEachGuest, kRestart},
    {"stack.volume-persists", "Stack.KeepsVolumes", kEachGuest, kRestart},
    {"stack.http-200", "Stack.AnswersHttp", kEachGuest, kProvisioned},
    {"stack.networking", "Stack.ConnectsItsServices", kEachGuest, kProvisioned},

    {"network.bulk", "Network.DoesNotStall", kEachGuest, kProvisioned},

    {"backup.consistent", "Backup.IsConsistent", kEachGuest, kRestart, OfLab::kBackupStorage},

    {"load.confirmed", "Load.IsConfirmed", kEachGuest, kLoad},
    {"load.zero-failed", "Load.FailsNoTransaction", kEachGuest, kLoad},
    {"load.throughput", "Load.KeepsThroughput", kEachGuest, kLoad},
    {"load.latency", "Load.KeepsLatency", kEachGuest, kLoad},
    {"load.no-anomalies", "Load.LeavesNoAnomalies", kEachGuest, kLoad},

    {"memory.idle-delta", "Memory.CostsLittleWhenIdle", kEachGuest, kIdle},
    {"memory.load-delta", "Memory.CostsLittleUnderLoad", kEachGuest, kLoad},
    {"memory.attribution", "Memory.IsAttributedToTheGuest", kEachGuest, kLoad},
    {"memory.guest-view", "Memory.IsSeenByTheGuest", kEachGuest, kIdle},
    {"memory.pve-agrees", "Memory.IsShownByPve", kEachGuest, kIdle},
    {"cpu.idle", "Cpu.CostsLittleWhenIdle", kEachGuest, kIdle},
    {"cpu.load", "Cpu.IsBusyUnderLoad", kEachGuest, kLoad},
    {"pressure.idle", "Pressure.IsLowWhenIdle", kEachGuest, kIdle},
    {"pressure.load", "Pressure.IsLowUnderLoad", kEachGuest, kLoad},
    {"disk.allocated", "Disk.IsAsLargeAsAskedFor", kEachGuest, kLoad},
    {"disk.host-used", "Disk.TakesLittleOnTheStorage", kEachGuest, kLoad},
    {"disk.guest-used", "Disk.TakesLittleInTheGuest", kEachGuest, kLoad},

    {"delta.docker-version", "Difference.OfDockerVersionsIsNone", kBoth, kStopped},
    {"delta.memory-idle", "Difference.OfIdleMemoryIsLarge", kBoth, kIdle},
    {"delta.memory-load", "Difference.OfMemoryUnderLoadIsLarge", kBoth, kIdleAndLoad},
    {"delta.memory-load-independent", "Difference.OfVmMemoryByLoadIsSmall", kBoth, kIdleAndLoad},
    {"delta.cpu-idle", "Difference.OfIdleCpuIsAFloor", kBoth, kIdle},
    {"delta.cpu-load", "Difference.OfCpuUnderLoadIsModerate", kBoth, kIdleAndLoad},
    {"delta.throughput", "Difference.OfThroughputIsModerate", kBoth, kIdleAndLoad},
    {"delta.disk-used", "Difference.OfDiskUseIsSmall", kBoth, kIdleAndLoad},
    {"delta.iowait", "Difference.OfIowaitIsSmall", kBoth, kIdleAndLoad},

    {"regression.throughput", "Regression.OfThroughputIsNone", kEachGuest, kRounds,
     OfLab::kEnoughRounds},
    {"regression.latency", "Regression.OfLatencyIsNone", kEachGuest, kRounds, OfLab::kEnoughRounds},
    {"regression.memory-idle", "Regression.OfIdleMemoryIsNone", kEachGuest, kRounds,
     OfLab::kEnoughRounds},
    {"regression.memory-load", "Regression.OfMemoryUnderLoadIsNone", kEachGuest, kRounds,
     OfLab::kEnoughRounds},
    {"regression.cpu-idle", "Regression.OfIdleCpuIsNone", kEachGuest, kRounds,
     OfLab::kEnoughRounds},
    {"regression.cpu-load", "Regression.OfCpuUnderLoadIsNone", kEachGuest, kRounds,
     OfLab::kEnoughRounds},
    {"regression.ready", "Regression.OfReadyTimeIsNone", kEachGuest, kRounds, OfLab::kEnoughRounds},
    {"regression.disk-used", "Regression.OfDiskUseIsNone", kEachGuest, kRounds,
     OfLab::kEnoughRounds},

    {"teardown.complete", "Teardown.LeavesNothing", kNode, kTornDown},
    {"teardown.untouched", "Teardown.TouchesNothingElse", kNode, kTornDown},
    {"teardown.baseline", "Teardown.GivesTheMemoryBack", kNode, kTornDown},
});

const ClaimInfo* find_by(std::string_view ClaimInfo::*key, std::string_view value) {
  const auto* const found = std::ranges::find(kCatalogue, value, key);
  return found == kCatalogue.end() ? nullptr : &*found;
}

}  // namespace

bool is_of_upgrade(Needs needs) {
  return needs == kUpgraded || needs == kRevived || needs == kRefreshed;
}

std::span<const ClaimInfo> claim_catalogue() { return kCatalogue; }

const ClaimInfo* find_claim(std::string_view id) { return find_by(&ClaimInfo::id, id); }

const ClaimInfo* find_claim_by_test(std::string_view test) {
  return find_by(&ClaimInfo::test, test);
}

std::vector<ClaimCase> every_case() {
  std::vector<ClaimCase> cases;
  for (const ClaimInfo& claim : kCatalogue) {
    if (claim.scope != kEachGuest) {
      cases.push_back({claim.id, std::nullopt});
      continue;
    }
    for (const GuestKind guest : kGuestKinds) cases.push_back({claim.id, guest});
  }
  return cases;
}

std::vector<ClaimCase> expected_cases(std::optional<UpgradePhase> phase) {
  std::vector<ClaimCase> cases = every_case();
  if (phase == UpgradePhase::kAfter) return cases;
  std::erase_if(cases,
                [](const ClaimCase& one) { return is_of_upgrade(find_claim(one.id)->needs); });
  return cases;
}

std::string case_name(std::string_view id, std::optional<GuestKind> guest) {
  std::string name(id);
  if (guest) name += "/" + std::string(to_string(*guest));
  return name;
}

}  // namespace pve_accept
