@NullMarked
package dev.exchequer.server.settle;

import org.jspecify.annotations.NullMarked;
