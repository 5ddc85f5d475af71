using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;

namespace UserAdmin.Core.Sessions;

public sealed record DeviceRow(
    Guid Id, string Name, string? Address, DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt, bool IsTrusted, DateTimeOffset? RememberedUntil,
    int OpenSessions, bool IsCurrent);

public sealed class DeviceForm
{
    [Display(Name = "Name"), Required(ErrorMessage = "Enter a name for the device."), PlainText(100)]
    public string Name { get; set; } = "";
}

/// <summary>Shows people the devices they signed in with and lets them look after these. Whoever may end somebody's sessions may remove their devices.</summary>
public sealed class DeviceService(UserAdminDbContext db, SessionService sessions, Policies policies, TimeProvider clock)
{
    private const int Shown = 100;

    public static readonly Problem NotFound = new(ProblemKind.NotFound, "device.not_found", "There is no such device any more.");

    /// <summary>The devices of a user, last used first. Others than the user need <see cref="Permission.SessionsView"/>.</summary>
    public async Task<IReadOnlyList<DeviceRow>> ListAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        if (userId != actor.UserId && !await db.ReachesAsync(actor, Permission.SessionsView, userId, cancel))
            return [];

        var now = clock.GetUtcNow();
        var open = db.Sessions.OpenAt(now, await policies.GetAsync<SessionPolicy>(cancel)).Where(s => s.UserId == userId);
        return await db.Devices.Where(d => d.UserId == userId).OrderByDescending(d => d.LastSeenAt).ThenBy(d => d.Id).Take(Shown)
            .Select(d => new DeviceRow(
                d.Id, d.Name, d.LastAddress, d.FirstSeenAt, d.LastSeenAt, d.TrustedAt != null, d.RememberedUntil > now ? d.RememberedUntil : null,
                open.Count(s => s.DeviceId == d.Id), db.Sessions.Any(s => s.Id == actor.SessionId && s.DeviceId == d.Id)))
            .ToListAsync(cancel);
    }

    public Task<Result> RenameAsync(Guid id, DeviceForm form, Actor actor, CancellationToken cancel) => EditAsync(id, form, null, actor, cancel);

    /// <summary>A trusted device may sign in from other networks without looking unusual; to trust one asks for a recent sign-in.</summary>
    public Task<Result> TrustAsync(Guid id, bool trusted, Actor actor, CancellationToken cancel) => EditAsync(id, null, trusted, actor, cancel);

    /// <summary>Renames, trusts or both at once; what is null stays as it is.</summary>
    public async Task<Result> EditAsync(Guid id, DeviceForm? form, bool? trusted, Actor actor, CancellationToken cancel)
    {
        if (trusted == true && actor is { Impersonator: null } && actor.NeedsStepUpAt(clock.GetUtcNow()))
            return StepUp.Needed;
        return await ChangeOwnAsync(id, actor, (device, now) =>
        {
            if (trusted is { } isTrusted)
            {
                device.TrustedAt = isTrusted ? device.TrustedAt ?? now : null;
                db.Record(isTrusted ? AuditAction.DeviceTrusted : AuditAction.DeviceDistrusted, actor, Target(device), now);
            }
            if (form is not null && Text.Squeeze(form.Name) is var name && device.Name != name)
            {
                db.Record(AuditAction.DeviceRenamed, actor, Target(device), now, [new("Name", device.Name, name)]);
                device.Name = name;
            }
        }, cancel);
    }

    /// <summary>Asks for the second factor on this device again.</summary>
    public Task<Result> ForgetAsync(Guid id, Actor actor, CancellationToken cancel) => ChangeOwnAsync(id, actor, (device, _) => device.RememberedUntil = null, cancel);

    /// <summary>Removes a device and ends its sessions. It is a new one when somebody signs in on it again.</summary>
    public async Task<Result> RemoveAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        IReadOnlyList<Guid> ended = [];
        var now = clock.GetUtcNow();
        if (await db.Devices.Where(d => d.Id == id).Select(d => (Guid?)d.UserId).SingleOrDefaultAsync(cancel) is not { } owner || (owner != actor.UserId && !actor.CanSomewhere(Permission.SessionsEnd)))
            return NotFound;
        if (await sessions.RefuseAsync(owner, actor, cancel) is { } refused)
            return refused.Kind == ProblemKind.NotFound ? NotFound : refused;
        var result = await db.WriteAsync(async () =>
        {
            var device = await db.Devices.SingleOrDefaultAsync(d => d.Id == id, cancel);
            if (device is null)
                return NotFound;
            ended = await sessions.EndOfDeviceAsync(id, $"{device.Name} was removed by {actor.Name}", cancel);
            db.Devices.Remove(device);
            db.Record(AuditAction.DeviceRemoved, actor, await OwnerAsync(device, cancel), now, reason: device.Name);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (result.Succeeded)
            sessions.Announce(ended);
        return result;
    }

    private async Task<Result> ChangeOwnAsync(Guid id, Actor actor, Action<Device, DateTimeOffset> change, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        var device = await db.Devices.SingleOrDefaultAsync(d => d.Id == id && d.UserId == actor.UserId, cancel);
        if (device is null)
            return NotFound;
        change(device, clock.GetUtcNow());
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }

    private static AuditTarget Target(Device device) => new(device.UserId, device.Name);

    private async Task<AuditTarget> OwnerAsync(Device device, CancellationToken cancel) => await db.Users.AsNoTracking().SingleAsync(u => u.Id == device.UserId, cancel);
}
