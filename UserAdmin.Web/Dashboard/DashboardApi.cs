using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Dashboard;

/// <summary>The figures of the start page over HTTP.</summary>
internal static class DashboardApi
{
    public static void MapDashboardApi(this RouteGroupBuilder api) =>
        api.MapGroup("/dashboard").WithTags("Dashboard").MapGet("", FindAsync).Needs(Permission.DashboardView).Answers<DashboardView>()
            .Describe("get_dashboard", "Read the figures of the start page", "People, sessions, sign-ins of the last 30 days, roles, and what waits for somebody. At most a minute old.");

    private static async Task<IResult> FindAsync(
        HttpContext http, [FromQuery(Name = "time_zone"), Description("Whose days and hours these are, such as Europe/Berlin; UTC by default.")] string? timeZone, DashboardService dashboard, AttentionService attention, Caller caller, CancellationToken cancel)
    {
        var (zone, wrong) = ApiWord.ReadZone(timeZone);
        if (wrong is not null)
            return ApiAnswers.Refuse(http, wrong);
        if (!caller.Actor.Can(Permission.DashboardView))
            return ApiAnswers.NotAllowed(http);
        return await ApiAnswers.CountedAsync(http, async () =>
            await dashboard.FindAsync(zone, caller, cancel) is { } figures && await attention.FindAsync(caller, cancel) is { } waiting ? DashboardView.Of(figures, waiting.Value) : null, view => ApiAnswers.Json(view));
    }
}

internal sealed record DayView(DateOnly Day, int Registrations, int SignIns, int Failures);

internal sealed record RoleShareView(Guid Id, string Name, long People);

internal sealed record AttentionView(string Text, long Number);

/// <summary>The figures. <paramref name="SessionsByHour"/>: sessions in use in each hour of the day so far.</summary>
internal sealed record DashboardView(
    DateTimeOffset CountedAt, long Users, long ActiveUsers, long PendingUsers, long LockedUsers, long InactiveUsers, long DeletedUsers, long OpenSessions, long WithTwoFactor, long NeverSignedIn,
    IReadOnlyList<DayView> Days, IReadOnlyList<long> SessionsByHour, IReadOnlyList<RoleShareView> Roles, IReadOnlyList<AttentionView> Attention)
{
    public static DashboardView Of(KeptFigure<DashboardFigures> kept, IReadOnlyList<Attention> waiting)
    {
        var figures = kept.Value;
        long Count(UserStatus status) => figures.ByStatus.GetValueOrDefault(status);
        return new(kept.At, figures.Total, Count(UserStatus.Active), Count(UserStatus.Pending), Count(UserStatus.Locked), Count(UserStatus.Inactive), Count(UserStatus.Deleted), figures.OpenSessions, figures.WithTwoFactor, figures.NeverSignedIn,
            [.. figures.Days.Select(day => new DayView(day.Day, day.Registrations, day.SignIns, day.Failures))], figures.SessionsByHour,
            [.. figures.Roles.Select(role => new RoleShareView(role.Id, role.Name, role.People))], [.. waiting.Select(item => new AttentionView(item.Text, item.Number))]);
    }
}
