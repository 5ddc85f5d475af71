using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit;

public class AuditVolumeTests
{
    private static readonly TimeZoneInfo Kathmandu = TimeZoneInfo.FindSystemTimeZoneById("Asia/Kathmandu"), Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task L7_Each_event_counts_once_in_the_day_of_the_viewer_whether_it_is_sealed_or_not(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var grace = await portal.Given(Grace);
        // 18:15 UTC is midnight in Kathmandu.
        await SealedAsync(portal, (At("2026-03-01T18:14:59Z"), AuditAction.SignedIn, AuditOutcome.Success, 3), (At("2026-03-01T18:15:00Z"), AuditAction.SignedIn, AuditOutcome.Success, 5), (At("2026-03-01T20:00:00Z"), AuditAction.SignInFailed, AuditOutcome.Failure, 2));
        await UnsealedAsync(portal, (At("2026-03-01T18:14:59Z"), AuditAction.SignedIn), (At("2026-03-01T18:15:00Z"), AuditAction.UserEdited));
        var range = new AuditFilter { From = At("2026-02-28T18:15:00Z"), To = At("2026-03-02T18:15:00Z") };

        async Task<IEnumerable<(long, long)>> Days(AuditFilter filter) =>
            (await portal.Run((AuditVolumes volumes) => volumes.ReadAsync(filter, VolumeGrain.Day, Kathmandu, grace, Cancel)))!.Bars.Select(bar => (bar.Succeeded, bar.NotSucceeded));

        Assert.Equal([(4, 0), (6, 2)], await Days(range));
        Assert.Equal([(0, 0), (0, 2)], await Days(range with { Outcome = AuditOutcome.Failure }));
        Assert.Equal([(4, 0), (5, 2)], await Days(range with { Category = AuditCategory.SignIn }));
        Assert.Equal([(0, 0), (0, 2)], await Days(range with { Tag = AuditTag.SignInRisk }));
        Assert.Equal([(0, 0), (1, 0)], await Days(range with { Tag = AuditTag.PersonalData }));
        Assert.Equal([(0, 0), (0, 0)], await Days(range with { Tag = AuditTag.SignInRisk, Category = AuditCategory.Users }));
        Assert.Equal([(6, 2)], await Days(range with { From = At("2026-03-01T18:15:00Z") }));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Events_of_one_person_are_counted_along_their_index(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (grace, carol) = (await portal.Given(Grace), await portal.Given(Carol));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.Record(AuditAction.UserEdited, carol, null, At("2026-03-01T10:20:00Z"));
            db.Record(AuditAction.UserEdited, carol, null, At("2026-03-01T11:00:00Z"), outcome: AuditOutcome.Denied);
            db.Record(AuditAction.UserEdited, grace, null, At("2026-03-01T11:00:00Z"));
            return await db.SaveChangesAsync(Cancel);
        });

        var volume = await portal.Run((AuditVolumes volumes) => volumes.ReadAsync(new() { ActorId = carol.Id, From = At("2026-03-01T10:00:00Z"), To = At("2026-03-01T12:00:00Z") }, null, TimeZoneInfo.Utc, grace, Cancel));
        var ofNobody = await portal.Run((AuditVolumes volumes) => volumes.ReadAsync(new() { ActorId = carol.Id }, null, TimeZoneInfo.Utc, carol, Cancel));

        Assert.Equal((VolumeGrain.Hour, null), (volume!.Grain, volume.CountedOnly));
        Assert.Equal([(1L, 0L), (0, 1)], volume.Bars.Select(bar => (bar.Succeeded, bar.NotSucceeded)));
        Assert.Empty(ofNobody!.Bars);
    }

    [Fact]
    public async Task L7_Quarters_of_a_year_are_counted_beside_the_page_and_then_kept()
    {
        await using var portal = await TestPortal.StartAsync();
        var grace = await portal.Given(Grace);
        await SealedAsync(portal, (At("2025-12-31T23:00:00Z"), AuditAction.SignedIn, AuditOutcome.Success, 3), (At("2026-03-31T21:59:00Z"), AuditAction.SignInFailed, AuditOutcome.Failure, 1), (At("2026-03-31T22:00:00Z"), AuditAction.SignedIn, AuditOutcome.Success, 4));
        var year = new AuditFilter { From = At("2025-12-31T23:00:00Z"), To = At("2026-12-31T23:00:00Z") };
        portal.Clock.Advance(At("2027-01-01T00:00:00Z") - portal.Clock.Now);

        AuditVolume? volume = null;
        while (volume is null)
            volume = await portal.Run((AuditVolumes volumes) => volumes.ReadAsync(year, VolumeGrain.Quarter, Berlin, grace, Cancel));

        Assert.Equal([(3L, 1L), (4, 0), (0, 0), (0, 0)], volume.Bars.Select(bar => (bar.Succeeded, bar.NotSucceeded)));
    }

    [Theory]
    [InlineData("2026-03-28T23:00Z", "2026-03-29T22:00Z", null, VolumeGrain.Hour, 23)]
    [InlineData("2026-10-24T22:00Z", "2026-10-25T23:00Z", null, VolumeGrain.Hour, 25)]
    [InlineData("2026-03-01T23:00Z", "2026-03-31T22:00Z", null, VolumeGrain.Day, 30)]
    [InlineData("2026-01-01T23:00Z", "2026-12-31T23:00Z", null, VolumeGrain.Week, 53)]
    [InlineData("2024-12-31T23:00Z", "2026-12-31T23:00Z", null, VolumeGrain.Month, 24)]
    [InlineData("2016-12-31T23:00Z", "2026-12-31T23:00Z", null, VolumeGrain.Quarter, 40)]
    [InlineData("2026-01-14T23:00Z", "2026-04-02T22:00Z", VolumeGrain.Quarter, VolumeGrain.Quarter, 2)]
    [InlineData("2026-01-01T00:00Z", "2026-12-31T00:00Z", VolumeGrain.Hour, VolumeGrain.Week, 53)]
    [InlineData("1926-12-31T23:00Z", "2026-12-31T23:00Z", null, VolumeGrain.Quarter, 120)]
    public void L7_Periods_follow_the_calendar_of_the_viewer_and_cover_the_range(string from, string to, VolumeGrain? wanted, VolumeGrain grain, int bars)
    {
        var cover = VolumePeriods.Cover(At(from), At(to), wanted, Berlin);

        Assert.Equal((grain, bars), (cover.Grain, cover.Bounds.Count - 1));
        Assert.Equal(cover.Bounds.Order(), cover.Bounds);
        Assert.True(cover.Bounds[^1] >= At(to));
        Assert.All(cover.Bounds.Where(_ => grain > VolumeGrain.Hour), bound => Assert.Equal(TimeSpan.Zero, TimeZoneInfo.ConvertTime(bound, Berlin).TimeOfDay));
    }

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture);

    private static Task<int> SealedAsync(TestPortal portal, params (DateTimeOffset At, AuditAction Action, AuditOutcome Outcome, int Count)[] counts) => portal.Run(async (UserAdminDbContext db) =>
    {
        db.AuditCounts.AddRange(counts.Select(one => new AuditCount { Slot = (int)(AuditRecording.ToMicroseconds(one.At) / AuditCount.SlotMicroseconds), Action = one.Action.Code, Outcome = one.Outcome, Count = one.Count }));
        return await db.SaveChangesAsync(Cancel);
    });

    private static Task<int> UnsealedAsync(TestPortal portal, params (DateTimeOffset At, AuditAction Action)[] events) => portal.Run(async (UserAdminDbContext db) =>
    {
        foreach (var (at, action) in events)
            db.Record(action, Actor.System, null, at);
        return await db.SaveChangesAsync(Cancel);
    });
}
