@NullMarked
package dev.exchequer.server.alerts;

import org.jspecify.annotations.NullMarked;
