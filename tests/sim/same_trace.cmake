# The same seeds twice, in two processes: every message must be the same at the same time.
foreach(run first second)
    execute_process(COMMAND ${SIM} --trace --seed 1 --seeds 6 OUTPUT_VARIABLE ${run}
                    RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "the simulation failed:\n${${run}}")
    endif()
    string(REGEX MATCHALL "seed [0-9]+ trace [0-9a-f]+" ${run} "${${run}}")
endforeach()
list(LENGTH first count)
if(NOT count EQUAL 6 OR NOT first STREQUAL second)
    message(FATAL_ERROR "not the same:\n${first}\n${second}")
endif()
