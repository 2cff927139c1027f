#pragma once

namespace stargate {

// The streams of a program that may have none, or full ones. Both functions are for main alone.

/// First thing in main. A closed descriptor 0, 1 or 2 is taken, so that no file that is opened later becomes standard
/// output; what cannot be printed is remembered, so that the work goes on and its results are still written; a file
/// that grows past the shell's limit is an error number, not the end of the program.
void guard_streams();

/// Last thing in main: flushes. Where standard output lost something, says so on standard error, and 1 takes the place
/// of exit code 0. What standard error loses changes no exit code: it carries progress and notes.
int flush_streams(int exit_code);

}  // namespace stargate
