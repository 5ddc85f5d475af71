using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.CustomFields;

/// <summary>One field of a person as somebody sees it.</summary>
public sealed record CustomEntry(CustomField Field, string? Value, bool MayEdit);

/// <summary>A custom field in a conflict.</summary>
public sealed record CustomFormField(Guid Id, string Label) : FormField(Id.ToString(), Label);

/// <summary>What became of an edit: saved, or what is wrong by field, or the fields that somebody else changed meanwhile; and the values as they are now.</summary>
public sealed record CustomOutcome(IReadOnlyDictionary<Guid, string> Wrong, IReadOnlyList<FieldConflict> Conflicts, IReadOnlyDictionary<Guid, string?> Current)
{
    public bool IsSaved => Wrong.Count == 0 && Conflicts.Count == 0;
}

/// <summary>Shows and edits what people have in the custom fields: administrators those of people within reach, owners what is theirs to see and edit.</summary>
public sealed class CustomValues(UserAdminDbContext db, CustomFieldService fields, SecurityActs acts, TimeProvider clock)
{
    /// <summary>The fields of a person that the actor may see; <paramref name="asOthersDo"/> is the person's public card.</summary>
    public async Task<IReadOnlyList<CustomEntry>> ListAsync(Guid userId, Actor actor, CancellationToken cancel, bool asOthersDo = false)
    {
        var inUse = await fields.InUseAsync(cancel);
        // Most installations have none, and then nothing more is asked of the database.
        if (inUse.Count == 0)
            return [];
        var isOwn = userId == actor.UserId;
        var isAdministrator = !asOthersDo && actor.CanSomewhere(Permission.UsersView) && await db.Users.Where(u => u.Id == userId).Within(actor, Permission.UsersView, db).AnyAsync(cancel);
        if (actor.UserId is null || !(isOwn || isAdministrator || asOthersDo))
            return [];
        var seen = inUse.Where(field => isAdministrator || field.VisibleTo == CustomFieldAudience.Everybody || (isOwn && !asOthersDo && field.VisibleTo == CustomFieldAudience.Owner)).ToList();
        var values = await ValuesAsync(userId, cancel);
        var mayEditAll = isAdministrator && actor.CanSomewhere(Permission.UsersEdit) && await db.Users.Where(u => u.Id == userId).Within(actor, Permission.UsersEdit, db).AnyAsync(cancel);
        return [.. seen.Select(field => new CustomEntry(field, values.GetValueOrDefault(field.Id), mayEditAll || (isOwn && field.OwnerMayEdit)))];
    }

    /// <summary>The fields in use, for lists of people; none for whoever sees nobody.</summary>
    public async Task<IReadOnlyList<CustomField>> FieldsAsync(Actor actor, CancellationToken cancel) => actor.CanSomewhere(Permission.UsersView) ? await fields.InUseAsync(cancel) : [];

    /// <summary>What these people have in the fields that are columns of the list.</summary>
    internal async Task<IReadOnlyDictionary<Guid, IReadOnlyDictionary<Guid, string>>> ColumnsAsync(List<Guid> people, Actor actor, CancellationToken cancel)
    {
        var columns = (await FieldsAsync(actor, cancel)).Where(field => field.IsInList).Select(field => field.Id).ToList();
        if (columns.Count == 0)
            return new Dictionary<Guid, IReadOnlyDictionary<Guid, string>>();
        var seen = db.Users.Where(u => people.Contains(u.Id)).Within(actor, Permission.UsersView, db).Select(u => u.Id);
        return (await db.CustomValues.AsNoTracking().Where(v => seen.Contains(v.UserId) && columns.Contains(v.FieldId)).ToListAsync(cancel))
            .GroupBy(v => v.UserId).ToDictionary(group => group.Key, IReadOnlyDictionary<Guid, string> (group) => group.ToDictionary(v => v.FieldId, v => v.Value));
    }

    /// <summary>The fields that are asked for when an account is made.</summary>
    public async Task<IReadOnlyList<CustomEntry>> OfNobodyAsync(Actor actor, CancellationToken cancel) =>
        actor.CanSomewhere(Permission.UsersCreate) ? [.. (await fields.InUseAsync(cancel)).Select(field => new CustomEntry(field, null, MayEdit: true))] : [];

    /// <summary>
    /// Saves the values in which <paramref name="mine"/> differs from <paramref name="original"/>; the rule for conflicts is that of the other fields of a person.
    /// What is required is asked of every value that the actor may edit.
    /// </summary>
    public async Task<Result<CustomOutcome>> EditAsync(Guid userId, IReadOnlyDictionary<Guid, string?> mine, IReadOnlyDictionary<Guid, string?> original, Actor actor, CancellationToken cancel)
    {
        if (userId != actor.UserId && await acts.RefuseAsync(userId, Permission.UsersEdit, actor, cancel) is { } refused)
            return refused;
        var open = (await ListAsync(userId, actor, cancel)).Where(entry => entry.MayEdit).Select(entry => entry.Field).ToList();
        if (mine.Keys.Except(open.Select(field => field.Id)).Any())
            return await db.DenyAsync(actor, Permission.UsersEdit, userId, clock, cancel);

        CustomOutcome? outcome = null;
        var result = await db.WriteAsync(async () =>
        {
            if (await db.Users.Existing().SingleOrDefaultAsync(u => u.Id == userId, cancel) is not { } user)
                return UserProblems.NotFound;
            var current = await ValuesAsync(userId, cancel);
            var (read, wrong) = Read(open, mine);
            var changed = open.Where(field => !wrong.ContainsKey(field.Id) && read.GetValueOrDefault(field.Id) != original.GetValueOrDefault(field.Id)).ToList();
            List<FieldConflict> conflicts = [.. from field in changed
                                                let theirs = current.GetValueOrDefault(field.Id)
                                                where theirs != original.GetValueOrDefault(field.Id) && theirs != read.GetValueOrDefault(field.Id)
                                                select new FieldConflict(new CustomFormField(field.Id, field.Label), original.GetValueOrDefault(field.Id), theirs, read.GetValueOrDefault(field.Id))];
            if (wrong.Count + conflicts.Count > 0)
            {
                outcome = new(wrong, conflicts, current);
                return Result.Ok;
            }
            var changes = await WriteAsync(userId, changed, read, cancel);
            if (changes.Count > 0)
            {
                (user.UpdatedAt, user.ConcurrencyStamp) = (clock.GetUtcNow(), Guid.NewGuid().ToString("N"));
                db.Record(AuditAction.UserEdited, actor, user, clock.GetUtcNow(), changes);
                try
                {
                    await db.SaveChangesAsync(cancel);
                }
                catch (DbUpdateException)
                {
                    return UserProblems.Conflict;
                }
            }
            outcome = new(wrong, [], await ValuesAsync(userId, cancel));
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? outcome! : result.Problem;
    }

    /// <summary>Adds the values of a new account to what the caller saves; gives back the first problem, with the field's key.</summary>
    internal async Task<Problem?> AddAsync(Guid userId, IReadOnlyDictionary<Guid, string?> typed, List<FieldChange> changes, CancellationToken cancel)
    {
        var open = await fields.InUseAsync(cancel);
        var (read, wrong) = Read(open, typed);
        if (open.Find(field => wrong.ContainsKey(field.Id)) is { } first)
            return new(ProblemKind.Invalid, "custom_field.wrong", $"{first.Label}: {wrong[first.Id]}", first.Id.ToString());
        changes.AddRange(await WriteAsync(userId, open, read, cancel));
        return null;
    }

    private static (Dictionary<Guid, string?> Read, Dictionary<Guid, string> Wrong) Read(List<CustomField> open, IReadOnlyDictionary<Guid, string?> typed)
    {
        var (read, wrong) = (new Dictionary<Guid, string?>(), new Dictionary<Guid, string>());
        foreach (var field in open)
        {
            var (value, refusal) = CustomFieldRules.Read(field, typed.GetValueOrDefault(field.Id));
            read[field.Id] = value;
            if (refusal is not null)
                wrong[field.Id] = refusal;
        }
        return (read, wrong);
    }

    private async Task<List<FieldChange>> WriteAsync(Guid userId, IEnumerable<CustomField> changed, Dictionary<Guid, string?> read, CancellationToken cancel)
    {
        var rows = await db.CustomValues.Where(v => v.UserId == userId).ToDictionaryAsync(v => v.FieldId, cancel);
        List<FieldChange> changes = [];
        foreach (var field in changed)
        {
            var (row, value) = (rows.GetValueOrDefault(field.Id), read.GetValueOrDefault(field.Id));
            if (row?.Value == value)
                continue;
            changes.Add(new(field.Label, row?.Value, value));
            if (value is null)
                db.CustomValues.Remove(row!);
            else if (row is null)
                db.CustomValues.Add(new() { UserId = userId, FieldId = field.Id, Value = value });
            else
                row.Value = value;
        }
        return changes;
    }

    private Task<Dictionary<Guid, string?>> ValuesAsync(Guid userId, CancellationToken cancel) =>
        db.CustomValues.AsNoTracking().Where(v => v.UserId == userId).ToDictionaryAsync(v => v.FieldId, v => (string?)v.Value, cancel);
}
