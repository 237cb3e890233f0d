-- nothing;
/* at all; */

  -- the end
