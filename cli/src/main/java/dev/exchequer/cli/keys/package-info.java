/** Makes secrets of applications. The gateway only ever knows their SHA-256. */
@NullMarked
package dev.exchequer.cli.keys;

import org.jspecify.annotations.NullMarked;
