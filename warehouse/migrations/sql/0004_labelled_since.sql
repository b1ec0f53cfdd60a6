-- Core makes anew what was labelled since it last looked, without reading all labels.
create index documents_annotated_at on nlp.documents (annotated_at);
