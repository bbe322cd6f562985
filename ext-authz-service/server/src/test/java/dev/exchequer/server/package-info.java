@NullMarked
package dev.exchequer.server;

import org.jspecify.annotations.NullMarked;
