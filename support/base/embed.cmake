# embed_files(TARGET FILE...): builds the files into the library, where embedded("path/below/root")
# finds them (support/base/embedded.h). The assembler reads them, so that nothing has to be escaped.
function(embed_files target)
  set(entries)
  set(blobs)
  set(index 0)
  foreach(file IN LISTS ARGN)
    file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${file})
    string(APPEND blobs "asm(\".section .rodata\\npve_accept_file_${index}: .incbin \\\"${file}\\\"\\n\"\n"
                        "    \"pve_accept_end_${index}: .byte 0\\n.previous\\n\");\n"
                        "extern \"C\" const char pve_accept_file_${index}[], pve_accept_end_${index}[];\n")
    string(APPEND entries "      {\"${name}\", pve_accept_file_${index}, pve_accept_end_${index}},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded_files.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT
"#include \"support/base/embedded.h\"\n
@blobs@
namespace pve_accept {\n
std::span<const EmbeddedFile> embedded_files() {
  static const EmbeddedFile kFiles[] = {
@entries@  };
  return kFiles;
}\n
}  // namespace pve_accept\n" @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${ARGN}" SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(${target} PRIVATE ${source})
endfunction()
