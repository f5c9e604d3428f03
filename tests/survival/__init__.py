"""What no part can prove alone: the whole command on full and read-only disks, beside another, in odd places."""
