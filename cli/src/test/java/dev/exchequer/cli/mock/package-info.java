@NullMarked
package dev.exchequer.cli.mock;

import org.jspecify.annotations.NullMarked;
