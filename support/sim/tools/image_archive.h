#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace pve_accept::sim {

// An image in an archive that `docker save` has made.
struct ArchivedImage {
  std::string id;                  // digits of its digest
  std::vector<std::string> names;  // "postgres:17"; none when it was saved by its id
};

// What is wrong with an archive, in Docker's words.
struct BadArchive {
  std::string problem;
};

// The images that the archive's manifest lists, and how long the archive is; layers are skipped,
// not read. Throws BadArchive; Unsupported for a compressed archive.
struct ImageArchive {
  std::vector<ArchivedImage> images;
  double mib = 0;
};
ImageArchive read_image_archive(std::istream& in);

}  // namespace pve_accept::sim
