using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.AccessRequests;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Dashboard;

/// <summary>Work that waits for somebody, and the list it is in.</summary>
public sealed record Attention(string Text, long Number, string Address, Permission Needs);

/// <summary>What on the start page asks for somebody's hand: only what the reader may see, and nothing that is zero.</summary>
public sealed class AttentionService(CurrentTenant tenant, KeptFigures kept, TimeProvider clock)
{
    private const int MostCounted = 10_000;
    private static readonly TimeSpan Behind = TimeSpan.FromMinutes(5);

    /// <summary>Null without permission, or when the first computation takes longer than a moment: ask again in a second.</summary>
    public async Task<KeptFigure<IReadOnlyList<Attention>>?> FindAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.DashboardView))
            return null;
        return await kept.FindAsync(tenant.Tenant, "attention", ComputeAsync, cancel) is { } found
            ? new([.. found.Value.Where(item => item.Number > 0 && actor.Can(item.Needs))], found.At) : null;
    }

    private async Task<IReadOnlyList<Attention>> ComputeAsync(UserAdminDbContext db)
    {
        var now = clock.GetUtcNow();
        var (soon, later, yesterday) = (now.AddDays(2), now.AddDays(3), now.AddDays(-1));
        var unsealed = AuditRecording.ToMicroseconds(now - Behind);
        return
        [
            new("Locked accounts", await db.Users.WithStatus(UserStatus.Locked, now).LongCountAsync(), "/users?status=locked", Permission.UsersView),
            new("Access requests to decide", await db.AccessRequests.LongCountAsync(r => r.State == AccessRequestState.Open), "/access-requests", Permission.AccessRequestsDecide),
            new("Access reviews due within three days", await db.AccessReviews.LongCountAsync(r => r.ClosedAt == null && r.DueAt <= later), "/access-reviews", Permission.AccessReviewsView),
            new("Invitations that expire within two days", await db.Invitations.LongCountAsync(i => i.AcceptedAt == null && i.RevokedAt == null && i.ExpiresAt > now && i.ExpiresAt <= soon), "/invitations?state=sent", Permission.InvitationsView),
            new("Messages that could not be sent", await db.OutboxMessages.LongCountAsync(m => m.State == MessageState.Dead), "/notifications?state=dead", Permission.NotificationsView),
            new("Jobs that failed since yesterday", await db.JobRuns.LongCountAsync(r => r.StartedAt >= yesterday && (r.Outcome == JobOutcome.Failed || r.Outcome == JobOutcome.Interrupted)), "/jobs/runs?wrong=yes", Permission.JobsView),
            new("Events that wait too long for their seal", await db.FindStandstillAsync(now, CancellationToken.None) is null ? 0 : await db.AuditEvents.Where(e => e.Seq == null && e.UtcMicroseconds < unsealed).Take(MostCounted).LongCountAsync(),
                "/audit", Permission.AuditView),
        ];
    }
}
