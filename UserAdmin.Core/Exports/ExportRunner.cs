using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Exports;

/// <summary>
/// Makes the files that wait. A file is taken by an UPDATE that counts the attempt and holds it for a minute, again and again while it is written; should the server
/// die, another begins anew when the time is over, and what the dead one left goes. Every write asks whether the attempt still counts, so nobody writes into a file
/// that was canceled or taken over. It is made with what its owner may do at that moment, not when they asked for it.
/// </summary>
public sealed partial class ExportRunner(TenantDatabases databases, IServiceScopeFactory scopes, IOptions<ExportSettings> settings, TimeProvider clock, ILogger<ExportRunner> logger)
{
    internal static readonly TimeSpan Hold = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>A file at which so many servers died is given up: it may be what kills them.</summary>
    private const int MostAttempts = 5;

    /// <summary>Makes one file of the tenant; false when none waits.</summary>
    public async Task<bool> RunNextAsync(Tenant tenant, CancellationToken stop)
    {
        // Of many tenants few have something to do: the look keeps no connection.
        await using (var look = databases.OpenOnce(tenant))
            if (!await Waiting(look).AnyAsync(stop))
                return false;

        await using var scope = scopes.CreateFor(tenant);
        if (await TakeAsync(scope.ServiceProvider.GetRequiredService<UserAdminDbContext>(), stop) is not { } export)
            return false;
        await MakeAsync(tenant, export, scope.ServiceProvider, stop);
        return true;
    }

    private async Task<Export?> TakeAsync(UserAdminDbContext db, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var until = now + Hold;
        foreach (var export in await Waiting(db).AsNoTracking().OrderBy(e => e.CreatedAt).ThenBy(e => e.Id).Take(5).ToListAsync(cancel))
        {
            var taken = false;
            await db.WriteAsync(async () =>
            {
                taken = await Waiting(db).Where(e => e.Id == export.Id && e.Attempts == export.Attempts).ExecuteUpdateAsync(row => row
                    .SetProperty(e => e.State, ExportState.Running).SetProperty(e => e.Attempts, e => e.Attempts + 1).SetProperty(e => e.StartedAt, now).SetProperty(e => e.HeldUntil, until)
                    .SetProperty(e => e.Rows, 0).SetProperty(e => e.Bytes, 0), cancel) == 1;
                if (taken)
                    await db.ExportChunks.Where(c => c.ExportId == export.Id).ExecuteDeleteAsync(cancel);
                return Result.Ok;
            }, cancel);
            if (taken)
                return await db.Exports.AsNoTracking().SingleOrDefaultAsync(e => e.Id == export.Id, cancel);
        }
        return null;
    }

    private async Task MakeAsync(Tenant tenant, Export export, IServiceProvider services, CancellationToken stop)
    {
        var exports = services.GetRequiredService<ExportService>();
        Task<bool> GiveUp(Problem problem, Actor actor, long rows, IReadOnlyList<(string, string)>? facts = null) =>
            exports.EndAsync(export, ExportState.Failed, rows, 0, problem.Message, actor, export.Attempts, CancellationToken.None, facts);

        var owner = await FindOwnerAsync(services, export, stop);
        if (owner is null || export.Attempts > MostAttempts)
        {
            await GiveUp(owner is null ? ExportProblems.NotActive : ExportProblems.Stranded, Actor.System, 0);
            return;
        }
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo((await services.GetRequiredService<Outbox>().ReaderAsync(export.OwnerId, stop)).Language);
        var opened = await exports.OpenAsync(export.List, export.Query, owner, stop, isSent: export.ReportRunId is not null);
        if (!opened.Succeeded)
        {
            await GiveUp(opened.Problem, owner, 0);
            return;
        }

        var (table, policy) = (opened.Value, await services.GetRequiredService<Policies>().GetAsync<ExportPolicy>(stop));
        using var going = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var over = new CancellationTokenSource();
        var state = new Progress(tenant, export, owner) { Expected = table.ExpectedRows };
        var file = new ChunkStream((number, content) => KeepAsync(state, number, content));
        state.File = file;
        var beating = BeatAsync(state, going, over.Token);
        Problem? problem = null;
        try
        {
            var order = new ExportOrder(export.Format, owner.Name, clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(export.TimeZone)) { MostPdfRows = policy.PdfRows, Font = settings.Value.PdfFont };
            state.Rows = await ExportWriter.WriteAsync(table, order, file, rows =>
            {
                state.Rows = rows;
                return default;
            }, going.Token);
            await file.EndAsync();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await ReleaseAsync(state);
            return;
        }
        catch (OperationCanceledException)
        {
            // Its owner canceled it, another server has it, or the owner's rights are others by now.
            problem = state.Problem;
            if (problem is null)
                return;
        }
        catch (Exception failure)
        {
            // Carrying on is safe: the file is given up and its owner told; the next one may do.
            LogFailed(failure, export.Id, export.List);
            problem = ExportProblems.Failed;
        }
        finally
        {
            await over.CancelAsync();
            await beating;
        }
        if (problem is null)
            // How far it came is told beside the writing and may be told late; what it came to is told here.
            await exports.EndAsync(export, ExportState.Done, state.Rows, file.Written, null, owner, export.Attempts, CancellationToken.None, table.Facts);
        else
            await GiveUp(problem, owner, state.Rows, table.Facts);
    }

    // Beside the writing, so that a list that is slow to read is held as well.
    private async Task BeatAsync(Progress state, CancellationTokenSource going, CancellationToken over)
    {
        using var timer = new PeriodicTimer(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(over))
                if (!await GoesOnAsync(state, over))
                {
                    await going.CancelAsync();
                    return;
                }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The file is finished.
        }
    }

    private async Task<bool> GoesOnAsync(Progress state, CancellationToken cancel)
    {
        try
        {
            await using var scope = scopes.CreateFor(state.Tenant);
            var now = await FindOwnerAsync(scope.ServiceProvider, state.Export, cancel);
            state.Problem = now is null ? ExportProblems.NotActive : now.Access.IsSameAs(state.Owner.Access) ? null : ExportProblems.RightsChanged;
            return state.Problem is null && await HoldAsync(scope.ServiceProvider.GetRequiredService<UserAdminDbContext>(), state, cancel);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Carrying on is safe: who can't hold the file for a minute loses it to another, and notices with the next piece.
            LogBeatFailed(failure, state.Export.Id);
            return true;
        }
    }

    private async Task KeepAsync(Progress state, int number, byte[] content)
    {
        await using var scope = scopes.CreateFor(state.Tenant);
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        var held = false;
        await db.WriteAsync(async () =>
        {
            held = await HoldAsync(db, state, CancellationToken.None);
            if (held)
                db.ExportChunks.Add(new() { ExportId = state.Export.Id, Number = number, Content = content });
            await db.SaveChangesAsync();
            return Result.Ok;
        }, CancellationToken.None);
        if (!held)
            throw new OperationCanceledException("The file was canceled or is made by another server.");
    }

    private async Task<bool> HoldAsync(UserAdminDbContext db, Progress state, CancellationToken cancel)
    {
        var until = clock.GetUtcNow() + Hold;
        var (rows, bytes) = (state.Rows, state.File?.Written ?? 0);
        return await Mine(db, state.Export).ExecuteUpdateAsync(row => row
            .SetProperty(e => e.HeldUntil, until).SetProperty(e => e.Rows, rows).SetProperty(e => e.Bytes, bytes).SetProperty(e => e.ExpectedRows, e => state.Expected ?? e.ExpectedRows), cancel) == 1;
    }

    // The server is going down: another one, or this one when it is back, begins at once.
    private async Task ReleaseAsync(Progress state)
    {
        await using var scope = scopes.CreateFor(state.Tenant);
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        await db.WriteAsync(async () =>
        {
            if (await Mine(db, state.Export).ExecuteUpdateAsync(row => row
                .SetProperty(e => e.State, ExportState.Waiting).SetProperty(e => e.HeldUntil, (DateTimeOffset?)null).SetProperty(e => e.Attempts, e => e.Attempts - 1)
                .SetProperty(e => e.Rows, 0).SetProperty(e => e.Bytes, 0)) == 1)
                await db.ExportChunks.Where(c => c.ExportId == state.Export.Id).ExecuteDeleteAsync();
            return Result.Ok;
        }, CancellationToken.None);
    }

    private async Task<Actor?> FindOwnerAsync(IServiceProvider services, Export export, CancellationToken cancel)
    {
        var owner = await services.GetRequiredService<UserAdminDbContext>().Users.AsNoTracking().WithStatus(UserStatus.Active, clock.GetUtcNow()).SingleOrDefaultAsync(u => u.Id == export.OwnerId, cancel);
        return owner is null ? null : new(ActorKind.User, owner.Id, AuditTarget.NameOf(owner.FullName, owner.UserName), await services.GetRequiredService<AccessEvaluator>().EvaluateAsync(owner.Id, cancel));
    }

    private IQueryable<Export> Waiting(UserAdminDbContext db)
    {
        var now = clock.GetUtcNow();
        return db.Exports.Where(e => (e.State == ExportState.Waiting || e.State == ExportState.Running) && (e.HeldUntil == null || e.HeldUntil <= now) && e.ExpiresAt > now);
    }

    private static IQueryable<Export> Mine(UserAdminDbContext db, Export export) =>
        db.Exports.Where(e => e.Id == export.Id && e.State == ExportState.Running && e.Attempts == export.Attempts);

    private sealed record Progress(Tenant Tenant, Export Export, Actor Owner)
    {
        public ChunkStream? File { get; set; }
        public long Rows { get; set; }
        public long? Expected { get; init; }
        public Problem? Problem { get; set; }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The file {Export} of the list {List} could not be made")]
    private partial void LogFailed(Exception failure, Guid export, string list);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The file {Export} could not be held")]
    private partial void LogBeatFailed(Exception failure, Guid export);
}
