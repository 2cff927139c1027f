# stargate_embed(TARGET FUNCTION HEADER FOLDER PATTERN...): a static library that carries the files of FOLDER that match
# as bytes; stargate::FUNCTION(), which HEADER in the current folder declares, is their index by name.
function(stargate_embed target function header folder)
  set(root ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
  list(TRANSFORM ARGN PREPEND ${root}/)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${root} ${ARGN})
  set(assembly "    .section .rodata\n")
  set(index "")
  set(externs "")
  set(number 0)
  foreach(file IN LISTS files)
    set(symbol ${target}_${number})
    string(APPEND assembly "    .global ${symbol}\n${symbol}:\n    .incbin \"${root}/${file}\"\n"
                           "    .global ${symbol}_end\n${symbol}_end:\n    .byte 0\n")
    string(APPEND externs "extern \"C\" const char ${symbol}[], ${symbol}_end[];\n")
    string(APPEND index "    {\"${file}\", {${symbol}, ${symbol}_end}},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  string(APPEND assembly "    .section .note.GNU-stack,\"\",%progbits\n")
  set(made ${CMAKE_CURRENT_BINARY_DIR}/${target})
  file(CONFIGURE OUTPUT ${made}.S CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${made}.cpp CONTENT "#include \"${header}\"\n${externs}
namespace stargate {
const std::map<std::string_view, std::string_view>& ${function}() {
  static const std::map<std::string_view, std::string_view> files{
${index}  };
  return files;
}
}  // namespace stargate
" @ONLY)
  add_library(${target} STATIC ${made}.S ${made}.cpp)
  list(TRANSFORM files PREPEND ${root}/)
  set_source_files_properties(${made}.S PROPERTIES OBJECT_DEPENDS "${files}")
  target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()
