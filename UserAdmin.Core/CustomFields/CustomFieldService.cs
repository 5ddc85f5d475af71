using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.CustomFields;

public sealed record CustomFieldRow(CustomField Field, int Values);

/// <summary>Defines the profile fields of the tenant. Needs <see cref="Permission.CustomFieldsEdit"/>.</summary>
public sealed class CustomFieldService(UserAdminDbContext db, FeatureSwitches features, TimeProvider clock)
{
    public const int Most = 100;

    public static readonly Problem NotFound = new(ProblemKind.NotFound, "custom_field.not_found", "There is no such field any more.");
    public static readonly Problem KeyTaken = new(ProblemKind.Conflict, "custom_field.key_taken", "There is a field with this key already.", nameof(CustomFieldForm.Key));
    public static readonly Problem TooMany = new(ProblemKind.Conflict, "custom_field.too_many", "One hundred fields are enough. Remove one first.");
    public static readonly Problem Changed = new(ProblemKind.Conflict, "custom_field.changed", "Somebody else changed this field meanwhile. It is shown anew; make your change again.");
    public static readonly Problem StillUsed = new(ProblemKind.Conflict, "custom_field.still_used", "Retire the field first. Removing it for good takes its values with it.");

    /// <summary>All fields in their order, retired ones last; none without permission.</summary>
    public async Task<IReadOnlyList<CustomFieldRow>> ListAsync(Actor actor, CancellationToken cancel) =>
        !actor.Can(Permission.CustomFieldsEdit) ? [] :
        [.. (await db.CustomFields.AsNoTracking().OrderBy(f => f.RetiredAt != null).ThenBy(f => f.Position).ThenBy(f => f.Key)
            .Select(f => new { Field = f, Values = db.CustomValues.Count(v => v.FieldId == f.Id) }).ToListAsync(cancel)).Select(row => new CustomFieldRow(row.Field, row.Values))];

    /// <summary>The fields in use, in their order; none while the feature is off.</summary>
    internal async Task<List<CustomField>> InUseAsync(CancellationToken cancel) =>
        !await features.IsOnAsync(Feature.CustomFields, cancel) ? [] : await db.CustomFields.AsNoTracking().Where(f => f.RetiredAt == null).OrderBy(f => f.Position).ThenBy(f => f.Key).ToListAsync(cancel);

    public async Task<Result> CreateAsync(CustomFieldForm form, Actor actor, CancellationToken cancel) =>
        await RefuseAsync(form, actor, cancel) is { } refused ? refused : await db.WriteAsync(async () =>
        {
            if (await db.CustomFields.AnyAsync(f => f.Key == form.Key, cancel))
                return KeyTaken;
            if (await db.CustomFields.CountAsync(cancel) >= Most)
                return TooMany;
            var now = clock.GetUtcNow();
            var field = new CustomField { Key = form.Key, Kind = form.Kind, Label = form.Label, CreatedAt = now, Position = (await db.CustomFields.MaxAsync(f => (int?)f.Position, cancel) ?? 0) + 1 };
            Apply(form, field);
            db.CustomFields.Add(field);
            return await SaveAsync(AuditAction.CustomFieldCreated, field, actor, now, cancel);
        }, cancel);

    public Task<Result> EditAsync(Guid id, string stamp, CustomFieldForm form, Actor actor, CancellationToken cancel) =>
        ChangeAsync(id, stamp, AuditAction.CustomFieldEdited, actor, field => Apply(form, field), cancel, form);

    /// <summary>It is no longer shown or asked for; its values are kept.</summary>
    public Task<Result> RetireAsync(Guid id, Actor actor, CancellationToken cancel) =>
        ChangeAsync(id, null, AuditAction.CustomFieldRetired, actor, field => field.RetiredAt ??= clock.GetUtcNow(), cancel);

    public Task<Result> BringBackAsync(Guid id, Actor actor, CancellationToken cancel) =>
        ChangeAsync(id, null, AuditAction.CustomFieldBroughtBack, actor, field => field.RetiredAt = null, cancel);

    /// <summary>Swaps places with the field before it.</summary>
    public async Task<Result> MoveUpAsync(Guid id, Actor actor, CancellationToken cancel) =>
        await RefuseAsync(null, actor, cancel) is { } refused ? refused : await db.WriteAsync(async () =>
        {
            var fields = await db.CustomFields.Where(f => f.RetiredAt == null).OrderBy(f => f.Position).ThenBy(f => f.Key).ToListAsync(cancel);
            var place = fields.FindIndex(f => f.Id == id);
            if (place <= 0)
                return place < 0 ? NotFound : Result.Ok;
            (fields[place - 1], fields[place]) = (fields[place], fields[place - 1]);
            for (var i = 0; i < fields.Count; i++)
                fields[i].Position = i + 1;
            db.Record(AuditAction.CustomFieldEdited, actor, TargetOf(fields[place - 1]), clock.GetUtcNow(), FieldChange.Of(db.Entry(fields[place - 1])));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);

    /// <summary>Removes a retired field with everybody's values. Asks for a recent sign-in.</summary>
    public async Task<Result> RemoveAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        if (await RefuseAsync(null, actor, cancel) is { } refused)
            return refused;
        var now = clock.GetUtcNow();
        if (actor.NeedsStepUpAt(now))
            return StepUp.Needed;
        return await db.WriteAsync(async () =>
        {
            var field = await db.CustomFields.SingleOrDefaultAsync(f => f.Id == id, cancel);
            if (field is null)
                return NotFound;
            if (field.RetiredAt is null)
                return StillUsed;
            var values = await db.CustomValues.Where(v => v.FieldId == id).ExecuteDeleteAsync(cancel);
            db.CustomFields.Remove(field);
            db.Record(AuditAction.CustomFieldRemoved, actor, TargetOf(field), now, [new("Values", FieldChange.AsText(values), null)]);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    private async Task<Problem?> RefuseAsync(CustomFieldForm? form, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.CustomFieldsEdit))
            return await db.DenyAsync(actor, Permission.CustomFieldsEdit, null, clock, cancel);
        var wrong = new List<ValidationResult>();
        return form is null || Validator.TryValidateObject(form, new(form), wrong, validateAllProperties: true) ? null
            : new Problem(ProblemKind.Invalid, "custom_field.invalid", wrong[0].ErrorMessage!, wrong[0].MemberNames.FirstOrDefault());
    }

    private async Task<Result> ChangeAsync(Guid id, string? stamp, AuditAction action, Actor actor, Action<CustomField> change, CancellationToken cancel, CustomFieldForm? form = null) =>
        await RefuseAsync(form, actor, cancel) is { } refused ? refused : await db.WriteAsync(async () =>
        {
            var field = await db.CustomFields.SingleOrDefaultAsync(f => f.Id == id, cancel);
            if (field is null)
                return NotFound;
            if (stamp is not null && field.ConcurrencyStamp != stamp)
                return Changed;
            change(field);
            return await SaveAsync(action, field, actor, clock.GetUtcNow(), cancel);
        }, cancel);

    private async Task<Result> SaveAsync(AuditAction action, CustomField field, Actor actor, DateTimeOffset now, CancellationToken cancel)
    {
        var changes = FieldChange.Of(db.Entry(field));
        if (changes.Count == 0)
            return Result.Ok;
        field.ConcurrencyStamp = Guid.NewGuid().ToString("N");
        db.Record(action, actor, TargetOf(field), now, changes);
        try
        {
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }
        catch (DbUpdateException)
        {
            return KeyTaken;
        }
    }

    // What doesn't belong to the kind is not kept.
    private static void Apply(CustomFieldForm form, CustomField field)
    {
        (field.Label, field.Help, field.IsRequired) = (Text.Squeeze(form.Label), Text.SqueezeToNull(form.Help), form.IsRequired);
        field.Pattern = field.Kind == CustomFieldKind.Text ? Text.SqueezeToNull(form.Pattern) : null;
        (field.Minimum, field.Maximum) = field.Kind is CustomFieldKind.Text or CustomFieldKind.Number ? (form.Minimum, form.Maximum) : (null, null);
        field.Choices = field.Kind == CustomFieldKind.Choice ? string.Join('\n', CustomField.Lines(form.Choices)) : null;
        (field.VisibleTo, field.OwnerMayEdit, field.IsInList) = (form.VisibleTo, form.OwnerMayEdit, form.IsInList);
    }

    private static AuditTarget TargetOf(CustomField field) => new(field.Id, field.Label);
}
