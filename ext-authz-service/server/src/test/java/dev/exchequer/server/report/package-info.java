@NullMarked
package dev.exchequer.server.report;

import org.jspecify.annotations.NullMarked;
