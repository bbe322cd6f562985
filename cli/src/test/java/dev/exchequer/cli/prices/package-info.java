@NullMarked
package dev.exchequer.cli.prices;

import org.jspecify.annotations.NullMarked;
