/** The image that `mvn -Pimages` builds, read as a registry would get it. */
@NullMarked
package dev.exchequer.cli.image;

import org.jspecify.annotations.NullMarked;
