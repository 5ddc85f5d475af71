using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Reports.Builder;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Reports;

/// <summary>Keeps the reports that people built. One that is shared is open to all who may see reports, and may be changed by all who may build them; any other belongs to its owner alone.</summary>
public sealed class ReportService(UserAdminDbContext db, TimeProvider clock)
{
    private const int MostOwn = 200;

    private static readonly Problem
        NotFound = new(ProblemKind.NotFound, "report.not_found", "There is no such report, or it is not yours to see."),
        Taken = new(ProblemKind.Conflict, "report.name_taken", "You have a report of this name already.", nameof(ReportForm.Name)),
        TooMany = new(ProblemKind.Conflict, "report.too_many", "You have 200 reports. Delete one first."),
        Changed = new(ProblemKind.Conflict, "report.changed", "Somebody else changed this report meanwhile. Open it again, or save yours as a copy.");

    public async Task<IReadOnlyList<ReportRow>> ListAsync(Actor actor, CancellationToken cancel) => !actor.Can(Permission.ReportsView) ? [] :
        await (from report in VisibleTo(actor)
               from owner in db.Users.Where(u => u.Id == report.OwnerId).DefaultIfEmpty()
               orderby report.NormalizedName, report.Id
               select new ReportRow(report.Id, report.Name, report.Description, report.IsShared, report.OwnerId == actor.UserId, owner == null ? "" : (owner.FirstName + " " + owner.LastName).Trim(), report.ChangedAt))
            .Take(500).ToListAsync(cancel);

    /// <summary>Null when the actor may not see it.</summary>
    public async Task<ReportDetails?> FindAsync(Guid id, Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.ReportsView) && await VisibleTo(actor).SingleOrDefaultAsync(r => r.Id == id, cancel) is { } report
            ? new(report.Id, report.Name, report.Description, report.IsShared, actor.Can(Permission.ReportsBuild), ReportDefinition.Parse(report.Definition), report.Stamp) : null;

    /// <summary>A new report. Problems: not allowed, what is wrong with the definition, a name that is taken.</summary>
    public async Task<Result<Guid>> CreateAsync(ReportForm form, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsBuild))
            return await db.DenyAsync(actor, Permission.ReportsBuild, null, clock, cancel);
        if (ReportCheck.Find(form.Definition) is { } wrong)
            return wrong;
        var now = clock.GetUtcNow();
        var report = new Report { Name = Text.Squeeze(form.Name), NormalizedName = Text.Fold(form.Name), OwnerId = actor.UserId, Definition = "", CreatedAt = now };
        Fill(report, form, now);
        var result = await db.WriteAsync(async () =>
        {
            var own = db.Reports.Where(r => r.OwnerId == actor.UserId);
            if (await own.AnyAsync(r => r.NormalizedName == report.NormalizedName, cancel))
                return Taken;
            if (await own.CountAsync(cancel) >= MostOwn)
                return TooMany;
            db.Reports.Add(report);
            db.Record(AuditAction.ReportBuilt, actor, new(report.Id, report.Name), now, ChangesOf(null, report));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? report.Id : result.Problem;
    }

    /// <summary>Problems: not allowed, not found, changed by somebody else since <paramref name="stamp"/>, what is wrong with the definition, a name that is taken.</summary>
    public async Task<Result> SaveAsync(Guid id, ReportForm form, Guid stamp, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsBuild))
            return await db.DenyAsync(actor, Permission.ReportsBuild, id, clock, cancel);
        if (ReportCheck.Find(form.Definition) is { } wrong)
            return wrong;
        return await db.WriteAsync(async () =>
        {
            if (await VisibleTo(actor).AsTracking().SingleOrDefaultAsync(r => r.Id == id, cancel) is not { } report)
                return NotFound;
            if (report.Stamp != stamp)
                return Changed;
            var folded = Text.Fold(form.Name);
            if (await db.Reports.AnyAsync(r => r.Id != id && r.OwnerId == report.OwnerId && r.NormalizedName == folded, cancel))
                return Taken;
            // Nobody takes away from its owner what they share, or gives away what is theirs.
            var isShared = report.OwnerId == actor.UserId || report.OwnerId is null ? form.IsShared : report.IsShared;
            var before = new Report { Name = report.Name, NormalizedName = "", Description = report.Description, IsShared = report.IsShared, Definition = report.Definition };
            Fill(report, form, clock.GetUtcNow());
            report.IsShared = isShared;
            db.Record(AuditAction.ReportEdited, actor, new(id, report.Name), report.ChangedAt, ChangesOf(before, report));
            try
            {
                await db.SaveChangesAsync(cancel);
            }
            catch (DbUpdateConcurrencyException)
            {
                return Changed;
            }
            return Result.Ok;
        }, cancel);
    }

    /// <summary>Deletes the report with its schedules. Problems: not allowed, not found.</summary>
    public async Task<Result> DeleteAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ReportsBuild))
            return await db.DenyAsync(actor, Permission.ReportsBuild, id, clock, cancel);
        return await db.WriteAsync(async () =>
        {
            if (await VisibleTo(actor).SingleOrDefaultAsync(r => r.Id == id, cancel) is not { } report)
                return NotFound;
            var key = id.ToString();
            await db.ReportSchedules.Where(s => s.Report == key).ExecuteDeleteAsync(cancel);
            await db.Reports.Where(r => r.Id == id).ExecuteDeleteAsync(cancel);
            db.Record(AuditAction.ReportDeleted, actor, new(id, report.Name), clock.GetUtcNow(), ChangesOf(report, null));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    private IQueryable<Report> VisibleTo(Actor actor) => db.Reports.AsNoTracking().Where(r => r.IsShared || r.OwnerId == actor.UserId);

    private static void Fill(Report report, ReportForm form, DateTimeOffset now)
    {
        (report.Name, report.NormalizedName, report.Description) = (Text.Squeeze(form.Name), Text.Fold(form.Name), Text.SqueezeToNull(form.Description));
        (report.IsShared, report.Definition, report.ChangedAt, report.Stamp) = (form.IsShared, form.Definition.ToJson(), now, Ids.New());
    }

    private static List<FieldChange> ChangesOf(Report? before, Report? after) =>
        [.. new FieldChange[]
        {
            new("Name", before?.Name, after?.Name), new("Description", before?.Description, after?.Description), new("IsShared", before?.IsShared.ToString(), after?.IsShared.ToString()),
            new("Definition", before?.Definition, after?.Definition),
        }.Where(change => change.Before != change.After)];
}
