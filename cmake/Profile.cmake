# Profile-guided optimisation of the data path, and of nothing else: the rest is compiled once.
#
# `hawser_training` is the data path with counters. Linked with the rest it serves the benchmarks' own traffic for some
# seconds (tools/train), and `hawser_trained` is the data path compiled with what was counted: what never ran lies apart
# from what ran, which fits the caches that the kernel leaves between two system calls.
get_target_property(sources hawser_core SOURCES)
set(DATA_PATH ${sources})
list(FILTER DATA_PATH INCLUDE REGEX "/src/(base|loop|shm|logging|proxy)/")
list(FILTER sources EXCLUDE REGEX "/src/(base|loop|shm|logging|proxy)/")
set_property(TARGET hawser_core PROPERTY SOURCES ${sources})

get_target_property(LLHTTP_SOURCES llhttp SOURCES)

set(PROFILE_DIR ${CMAKE_BINARY_DIR}/profile)
foreach(kind training trained)
  add_library(hawser_${kind} OBJECT ${DATA_PATH})
  target_link_libraries(hawser_${kind} PRIVATE hawser_options llhttp::llhttp PkgConfig::LIBS Threads::Threads)
  precompile(hawser_${kind})
  # The parser of the heads, which stands before the library's own in a link.
  add_library(llhttp_${kind} OBJECT ${LLHTTP_SOURCES})
  foreach(property INCLUDE_DIRECTORIES COMPILE_DEFINITIONS COMPILE_OPTIONS)
    set_property(TARGET llhttp_${kind} PROPERTY ${property} $<TARGET_PROPERTY:llhttp,${property}>)
  endforeach()
  if(CCACHE)
    # Counts belong to a function of a file of that name, which ccache must not make relative for one of the two.
    set_target_properties(hawser_${kind} PROPERTIES CXX_COMPILER_LAUNCHER "env;CCACHE_BASEDIR=;${CMAKE_CXX_COMPILER_LAUNCHER}")
    set_target_properties(llhttp_${kind} PROPERTIES C_COMPILER_LAUNCHER "env;CCACHE_BASEDIR=;${CMAKE_C_COMPILER_LAUNCHER}")
  endif()
endforeach()
target_compile_options(hawser_training PRIVATE -fprofile-generate=${PROFILE_DIR})
target_compile_options(llhttp_training PRIVATE -fprofile-generate=${PROFILE_DIR})
# Partial: what the training did not reach is compiled as if there were no profile, and not for size. The same files have
# had their warnings above; here they would be about counts of inline functions, which are kept in one file of many.
target_compile_options(hawser_trained PRIVATE -fprofile-use=${PROFILE_DIR} -fprofile-partial-training -w)
target_compile_options(llhttp_trained PRIVATE -fprofile-use=${PROFILE_DIR} -fprofile-partial-training)

add_executable(hawser_counting EXCLUDE_FROM_ALL src/main.cc)
target_link_libraries(hawser_counting PRIVATE hawser_core hawser_training llhttp_training)
target_link_options(hawser_counting PRIVATE -fprofile-generate=${PROFILE_DIR})

add_custom_command(OUTPUT ${PROFILE_DIR}/done
  COMMAND ${CMAKE_SOURCE_DIR}/tools/train $<TARGET_FILE:hawser_counting> $<TARGET_FILE_DIR:bench_load> ${PROFILE_DIR}
  DEPENDS hawser_counting bench_load bench_origin ${CMAKE_SOURCE_DIR}/tools/train
  COMMENT "Training the data path" VERBATIM)
add_custom_target(hawser_profile DEPENDS ${PROFILE_DIR}/done)
add_dependencies(hawser_trained hawser_profile)
add_dependencies(llhttp_trained hawser_profile)
