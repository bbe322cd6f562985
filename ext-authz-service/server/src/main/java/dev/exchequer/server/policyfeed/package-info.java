@NullMarked
package dev.exchequer.server.policyfeed;

import org.jspecify.annotations.NullMarked;
