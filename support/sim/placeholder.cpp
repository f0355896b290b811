namespace pve_accept {}
