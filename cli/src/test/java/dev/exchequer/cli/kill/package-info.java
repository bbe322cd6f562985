/** kill -9 of the real accounting process: what was acknowledged is there afterwards, and adds up. */
@NullMarked
package dev.exchequer.cli.kill;

import org.jspecify.annotations.NullMarked;
