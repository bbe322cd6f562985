@NullMarked
package dev.exchequer.server.authz;

import org.jspecify.annotations.NullMarked;
