@NullMarked
package dev.exchequer.server.admin;

import org.jspecify.annotations.NullMarked;
