#pragma once

#include <string_view>

#include "support/sim/engine/call.h"

// The tools of the simulated node, its guests and their containers, a function each.
namespace pve_accept::sim {

// nullptr when there is no such tool in such a place.
Tool find_tool(Place place, std::string_view name);

// Whether the command line waits for its standard input: a server must know, since a client's input
// may stay open for as long as a person sits there.
bool reads_input(const Words& argv);

int apt_cache(Call& call);
int bulk_transfer(Call& call);
int apt_get(Call& call);
int cat(Call& call);
int cloud_init(Call& call);
int curl(Call& call);
int date(Call& call);
int dd(Call& call);
int df(Call& call);
int docker(Call& call);
int docker_compose(Call& call);
int docker_image_inspect(Call& call);
int docker_load(Call& call);
int dpkg_query(Call& call);
int env(Call& call);
int find(Call& call);
int findmnt(Call& call);
int getent(Call& call);
int grep(Call& call);
int hostname(Call& call);
int id(Call& call);
int install(Call& call);
int ip(Call& call);
int journalctl(Call& call);
int ls(Call& call);
int lvs(Call& call);
int lxc_info(Call& call);
int nc(Call& call);
int nsenter(Call& call);
int pct(Call& call);
int perl(Call& call);
int pg_isready(Call& call);
int pgbench(Call& call);
int ping(Call& call);
int psql(Call& call);
int pveam(Call& call);
int pveperf(Call& call);
int pvesh(Call& call);
int pvesm(Call& call);
int pveversion(Call& call);
int qemu_img(Call& call);
int qm(Call& call);
int qmrestore(Call& call);
int readlink(Call& call);
int reboot(Call& call);
int rm(Call& call);
int serial_console(Call& call);
int sha512sum(Call& call);
int stat(Call& call);
int steady_writer(Call& call);
int sync(Call& call);
int systemctl(Call& call);
int systemd_detect_virt(Call& call);
int true_tool(Call& call);
int uname(Call& call);
int vzdump(Call& call);
int zfs(Call& call);

}  // namespace pve_accept::sim
