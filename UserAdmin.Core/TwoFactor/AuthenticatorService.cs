using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.TwoFactor;

public sealed record AuthenticatorRow(Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>What an app needs to make codes. It is shown now and never again.</summary>
public sealed record Enrolment(Guid Id, string Key, string Uri);

/// <summary>Recovery codes come with the first factor; with later ones they are null and the old ones go on working.</summary>
public sealed record Enrolled(IReadOnlyList<string>? RecoveryCodes);

public sealed class FactorNameForm
{
    [Required(ErrorMessage = "Give it a name that you will recognise."), Display(Name = "The name"), PlainText(60)]
    public string Name { get; set; } = "";
}

public sealed class EnrolmentForm
{
    [Required(ErrorMessage = "Give it a name that you will recognise."), Display(Name = "The name"), PlainText(60)]
    public string Name { get; set; } = "";

    [Required(ErrorMessage = "Enter the code that the app shows."), StringLength(20, ErrorMessage = "This is too long for a code.")]
    public string Code { get; set; } = "";
}

/// <summary>A person's authenticator apps. Everybody manages only their own; problems include <c>step_up.needed</c>.</summary>
public sealed class AuthenticatorService(UserAdminDbContext db, SecondFactors factors, FactorChanges changes, RecoveryCodes recoveryCodes, TimeProvider clock)
{
    private const string Issuer = "UserAdmin";
    private const int Maximum = 10;
    private static readonly TimeSpan EnrolmentLimit = TimeSpan.FromMinutes(30);

    public static readonly Problem NotFound = new(ProblemKind.NotFound, "authenticator.not_found", "This authenticator app is gone already.");

    public static readonly Problem EnrolmentOver = new(ProblemKind.NotFound, "authenticator.enrolment_over", "This set-up took too long or was started again elsewhere. Start anew with a new code to scan.");

    public static readonly Problem WrongCode = new(ProblemKind.Invalid, "authenticator.wrong_code",
        "This is not the code that the app shows now. Check that the clock of your phone is right, and type the newest code.", nameof(EnrolmentForm.Code));

    private static readonly Problem Enough = new(ProblemKind.Conflict, "authenticator.enough", "Ten authenticator apps are enough. Remove one first.");

    public async Task<IReadOnlyList<AuthenticatorRow>> ListAsync(Actor actor, CancellationToken cancel) =>
        await db.Authenticators.Where(a => a.UserId == actor.UserId && a.ConfirmedAt != null).OrderBy(a => a.CreatedAt)
            .Select(a => new AuthenticatorRow(a.Id, a.Name, a.CreatedAt, a.LastUsedAt)).ToListAsync(cancel);

    /// <summary>Makes a new seed, good for half an hour until a code confirms it. An earlier unconfirmed one is dropped.</summary>
    public async Task<Result<Enrolment>> BeginAsync(Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        var now = clock.GetUtcNow();
        if (actor.NeedsStepUpAt(now))
            return StepUp.Needed;
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == actor.UserId, cancel);
        if (await db.Authenticators.CountAsync(a => a.UserId == user.Id && a.ConfirmedAt != null, cancel) >= Maximum)
            return Enough;

        var seed = RandomNumberGenerator.GetBytes(Totp.SeedBytes);
        var authenticator = new Authenticator { UserId = user.Id, Name = "", ProtectedSeed = factors.Protect(seed), CreatedAt = now };
        await db.WriteAsync(async () =>
        {
            await db.Authenticators.Where(a => a.UserId == user.Id && a.ConfirmedAt == null).ExecuteDeleteAsync(cancel);
            db.Authenticators.Add(authenticator);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);

        var key = Base32.Encode(seed);
        var uri = $"otpauth://totp/{Issuer}:{Uri.EscapeDataString(user.UserName!)}?secret={key}&issuer={Issuer}&algorithm=SHA1&digits={Totp.Digits}&period={Totp.Seconds}";
        return new Enrolment(authenticator.Id, Base32.Group(key, ' '), uri);
    }

    /// <summary>Confirms a new app by one of its codes, which then is used up.</summary>
    public async Task<Result<Enrolled>> ConfirmAsync(Guid id, EnrolmentForm form, Actor actor, CancellationToken cancel)
    {
        var enrolled = new Enrolled(null);
        var result = await changes.ChangeAsync(actor, AuditAction.AuthenticatorAdded, "An authenticator app was added to your account", async userId =>
        {
            var now = clock.GetUtcNow();
            var since = now - EnrolmentLimit;
            var begun = db.Authenticators.Where(a => a.Id == id && a.UserId == userId && a.ConfirmedAt == null && a.CreatedAt > since);
            if (await begun.AsNoTracking().SingleOrDefaultAsync(cancel) is not { } authenticator || factors.Seed(authenticator.ProtectedSeed) is not { } seed)
                return EnrolmentOver;
            if (Totp.FindStep(seed, SecondFactors.Clean(form.Code), now) is not { } step)
                return WrongCode;

            var name = Text.Squeeze(form.Name);
            await begun.ExecuteUpdateAsync(row => row
                .SetProperty(a => a.Name, name).SetProperty(a => a.ConfirmedAt, now).SetProperty(a => a.LastUsedAt, now).SetProperty(a => a.LastUsedStep, step), cancel);
            if (!await db.RecoveryCodes.AnyAsync(c => c.UserId == userId && c.UsedAt == null, cancel))
                enrolled = new(await recoveryCodes.ReplaceAsync(userId, cancel));
            return new FieldChange[] { new("Name", null, name) };
        }, cancel);
        return result.Succeeded ? enrolled : result.Problem;
    }

    public async Task<Result> RenameAsync(Guid id, FactorNameForm form, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        var authenticator = await db.Authenticators.SingleOrDefaultAsync(a => a.Id == id && a.UserId == actor.UserId && a.ConfirmedAt != null, cancel);
        if (authenticator is null)
            return NotFound;
        authenticator.Name = Text.Squeeze(form.Name);
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == actor.UserId, cancel);
        db.Record(AuditAction.AuthenticatorRenamed, actor, user, clock.GetUtcNow(), FieldChange.Of(db.Entry(authenticator)));
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }

    public Task<Result> RemoveAsync(Guid id, Actor actor, CancellationToken cancel) =>
        changes.ChangeAsync(actor, AuditAction.AuthenticatorRemoved, "An authenticator app was removed from your account", async userId =>
        {
            var authenticator = await db.Authenticators.SingleOrDefaultAsync(a => a.Id == id && a.UserId == userId && a.ConfirmedAt != null, cancel);
            if (authenticator is null)
                return NotFound;
            db.Authenticators.Remove(authenticator);
            return new FieldChange[] { new("Name", authenticator.Name, null) };
        }, cancel);
}
