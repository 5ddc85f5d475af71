using UserAdmin.Core.Audit;

namespace UserAdmin.Web.Audit;

/// <summary>
/// The newest events while they come. Each look reads a little further back than the newest that is known: another server's clock or a slow transaction may let an older one appear
/// later. While somebody reads (an event is open, or they paused) new ones wait, so that nothing moves under their eyes.
/// </summary>
internal sealed class LiveTail(IReadOnlyList<AuditRow> shown, DateTimeOffset start)
{
    public const int AtOnce = 200;
    private const int Most = 500;
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    private HashSet<Guid> known = [.. shown.Select(row => row.Id)];
    private List<AuditRow> waiting = [];
    private DateTimeOffset newest = shown.Count > 0 && shown[0].At > start ? shown[0].At : start;

    public IReadOnlyList<AuditRow> Rows { get; private set; } = shown;

    public int Waiting => waiting.Count;

    public int Arrived { get; private set; }

    /// <summary>More came than one look reads: those in between are in the list, but not here.</summary>
    public bool HasGap { get; private set; }

    public DateTimeOffset Since => newest - Overlap;

    /// <summary>Takes what a look found, newest first, and says whether anything is new.</summary>
    public bool Take(IReadOnlyList<AuditRow> found, bool hold)
    {
        var fresh = found.Where(row => !known.Contains(row.Id)).ToList();
        if (found.Count == AtOnce && fresh.Count == AtOnce)
            HasGap = true;
        Arrived += fresh.Count;
        waiting = [.. fresh.Concat(waiting).OrderByDescending(row => row.At).ThenByDescending(row => row.Id).Take(Most)];
        if (found.Count > 0 && found[0].At > newest)
            newest = found[0].At;
        known = [.. known.Intersect(found.Select(row => row.Id)), .. fresh.Select(row => row.Id), .. Rows.Concat(waiting).Where(row => row.At >= Since).Select(row => row.Id)];
        return (!hold && Show()) || fresh.Count > 0;
    }

    /// <summary>Puts what waits on top.</summary>
    public bool Show()
    {
        if (waiting.Count == 0)
            return false;
        Rows = [.. waiting.Concat(Rows).OrderByDescending(row => row.At).ThenByDescending(row => row.Id).Take(Most)];
        waiting = [];
        return true;
    }
}
