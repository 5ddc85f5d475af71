namespace UserAdmin.Core.Exports;

/// <summary>Instants as a zone's clocks show them. Asks the zone once per quarter of an hour, because neighbours in a list mostly share one.</summary>
internal sealed class LocalTime(TimeZoneInfo zone)
{
    // No zone has ever changed its clocks within a quarter of an hour (UTC).
    private const long Quarter = 15 * TimeSpan.TicksPerMinute;

    private long known = -1;
    private long offset;

    public DateTime Of(DateTimeOffset instant)
    {
        var quarter = instant.UtcTicks / Quarter;
        if (quarter != known)
            (known, offset) = (quarter, zone.GetUtcOffset(instant).Ticks);
        return new(Math.Clamp(instant.UtcTicks + offset, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks));
    }
}
