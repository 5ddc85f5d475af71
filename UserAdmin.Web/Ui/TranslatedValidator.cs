using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using UserAdmin.Core.Common;

namespace UserAdmin.Web.Ui;

/// <summary>Checks a form by its annotations, as <see cref="DataAnnotationsValidator"/> does, and says what is wrong in the reader's language.</summary>
public sealed class TranslatedValidator : ComponentBase, IDisposable
{
    private ValidationMessageStore messages = default!;

    [CascadingParameter] private EditContext Form { get; set; } = default!;

    /// <summary>The fields to check where the form shows only some of them.</summary>
    [Parameter] public IReadOnlyCollection<string>? Only { get; set; }

    protected override void OnInitialized()
    {
        messages = new(Form);
        Form.OnValidationRequested += CheckAll;
        Form.OnFieldChanged += CheckField;
    }

    public void Dispose()
    {
        Form.OnValidationRequested -= CheckAll;
        Form.OnFieldChanged -= CheckField;
    }

    private void CheckAll(object? sender, ValidationRequestedEventArgs requested)
    {
        var refused = new List<ValidationResult>();
        Validator.TryValidateObject(Form.Model, new(Form.Model), refused, validateAllProperties: true);
        messages.Clear();
        foreach (var result in refused)
            foreach (var name in result.MemberNames.DefaultIfEmpty(""))
                if (Only is null || Only.Contains(name))
                    messages.Add(Form.Field(name), Words.T(result.ErrorMessage!));
        Form.NotifyValidationStateChanged();
    }

    private void CheckField(object? sender, FieldChangedEventArgs changed)
    {
        if (changed.FieldIdentifier.Model != Form.Model || Form.Model.GetType().GetProperty(changed.FieldIdentifier.FieldName) is not { } property)
            return;
        var refused = new List<ValidationResult>();
        Validator.TryValidateProperty(property.GetValue(Form.Model), new(Form.Model) { MemberName = property.Name }, refused);
        messages.Clear(changed.FieldIdentifier);
        foreach (var result in refused)
            messages.Add(changed.FieldIdentifier, Words.T(result.ErrorMessage!));
        Form.NotifyValidationStateChanged();
    }
}
