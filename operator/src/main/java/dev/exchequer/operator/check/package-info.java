/** What a pipeline runs: a folder in, diagnostics and an exit code out. */
@NullMarked
package dev.exchequer.operator.check;

import org.jspecify.annotations.NullMarked;
