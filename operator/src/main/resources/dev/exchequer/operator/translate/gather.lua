-- An answer that is no event stream counts as begun only when it is whole: else a deadline that ends it later would go past the meter.
function envoy_on_response(h)
  local type = h:headers():get('content-type')
  if not type or not string.find(string.lower(type), 'text/event-stream', 1, true) then h:body() end
end
