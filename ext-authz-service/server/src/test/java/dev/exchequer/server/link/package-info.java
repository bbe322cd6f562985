@NullMarked
package dev.exchequer.server.link;

import org.jspecify.annotations.NullMarked;
